import { describe, expect, test } from '@jest/globals';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { useTestServer } from '../support/server.js';
import { bearer } from '../support/token.js';

const BODY = 20_000;
const RECORDING = 80_000;
const server = useTestServer(() => ({ http: { body: BODY, recordingBody: RECORDING } }));

const QUERY = 'query ($text: String) { callLogs(filter: { text: $text }) { totalCount } }';
const RECORD = 'mutation ($input: [RecordCallLogInput!]!) { recordCallLogs(input: $input) { recorded } }';

/** Text of a JSON body, filled up to a size. */
function bodyOf(size: number, query: string, variablesOf: (filling: string) => object, more = {}): string {
  const withFilling = (filling: string) =>
    JSON.stringify({ query, variables: variablesOf(filling), ...more });
  return withFilling('x'.repeat(size - withFilling('').length));
}

const reading = (size: number, query = QUERY, more = {}) => bodyOf(size, query, (text) => ({ text }), more);
const recording = (size: number, query = RECORD) =>
  bodyOf(size, query, (content) => ({ input: { requestMessages: [{ content }], status: 'SUCCESS' } }));

async function post(body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...bearer(), ...headers },
    body,
  });
  const { data, errors } = await response.json();
  return { status: response.status, type: response.headers.get('content-type'), data, errors };
}

function refused(status: number, extensions: Record<string, unknown>) {
  const errors = [{ message: expect.stringMatching(/\.$/), extensions }];
  return { status, type: 'application/json; charset=utf-8', data: undefined, errors };
}

describe('the size of a request', () => {
  test('up to its limit it is read, above it is refused', async () => {
    expect(await post(reading(BODY))).toMatchObject({ status: 200, data: { callLogs: { totalCount: 0 } } });
    expect(await post(reading(BODY + 1))).toEqual(
      refused(413, { code: 'PAYLOAD_TOO_LARGE', limit: BODY, actual: BODY + 1 }),
    );
  });

  test.each([
    RECORD,
    'mutation ($input: RecordCallLogInput!) { recordCallLog(input: $input) { id } }',
    'mutation ($input: RecordCallLogInput!) { recordProxyCallLog(input: $input) { id } }',
  ])('one that records calls has a limit of its own: %s', async (query) => {
    const { status, data, errors } = await post(recording(RECORDING, query));
    expect({ status, errors }).toEqual({ status: 200, errors: undefined });
    expect(data).not.toBeNull();
    expect(await post(recording(RECORDING + 1, query))).toEqual(
      refused(413, { code: 'PAYLOAD_TOO_LARGE', limit: RECORDING, actual: RECORDING + 1 }),
    );
  });

  test('a refusal names the limit and the variable that sets it', async () => {
    const [usual] = (await post(reading(BODY + 1))).errors;
    expect(usual.message).toContain(`${BODY} bytes (MAX_BODY_BYTES)`);
    const [recorded] = (await post(recording(RECORDING + 1))).errors;
    expect(recorded.message).toContain(`${RECORDING} bytes, uncompressed (MAX_RECORDING_BODY_BYTES)`);
  });

  test.each([
    ['a text', reading(BODY + 1, QUERY, { extensions: { text: 'recordCallLogs' } })],
    ['a comment', reading(BODY + 1, `${QUERY} # recordCallLogs`)],
    ['a name', reading(BODY + 1, QUERY.replace('callLogs', 'recordCallLogs: callLogs'))],
    [
      'another operation',
      reading(BODY + 1, `${RECORD.replace('(', 'A(')} ${QUERY.replace('(', 'B(')}`, { operationName: 'B' }),
    ],
  ])('the name of that operation in %s does not help', async (_, body) => {
    expect(await post(body)).toEqual(
      refused(413, { code: 'PAYLOAD_TOO_LARGE', limit: BODY, actual: BODY + 1 }),
    );
  });

  test('a body of no stated length is refused as soon as it is too long', async () => {
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    let answer = '';
    const ended = new Promise((resolve) => socket.setEncoding('utf8').once('close', resolve));
    socket.on('data', (text: string) => (answer += text)).on('error', () => undefined);
    socket.write(
      'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n' +
        `Authorization: ${bearer().authorization}\r\nTransfer-Encoding: chunked\r\n\r\n`,
    );
    const chunk = ' '.repeat(0x4000);
    for (let sent = 0; sent <= RECORDING; sent += chunk.length) socket.write(`4000\r\n${chunk}\r\n`);
    await ended;
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
    expect(answer).toContain(`"extensions":{"code":"PAYLOAD_TOO_LARGE","limit":${RECORDING}}`);
  });
});

test.each([
  ['no JSON', '{ "query": '],
  ['empty', ''],
  ['a text', '"{ __typename }"'],
  ['a list of requests', '[{ "query": "{ __typename }" }]'],
  ['without a query', '{ "variables": {} }'],
  ['null', 'null'],
])('a body that is %s is refused', async (_, body) => {
  expect(await post(body)).toEqual(refused(400, { code: 'BAD_REQUEST' }));
});

test.each([
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/graphql',
])('a body of the type %s is refused', async (type) => {
  expect(await post('{ "query": "{ __typename }" }', { 'content-type': type })).toEqual(
    refused(415, { code: 'UNSUPPORTED_MEDIA_TYPE' }),
  );
});

test.each(['gzip', 'deflate', 'br', 'identity, gzip'])(
  'a body compressed by %s is not unpacked',
  async (encoding) => {
    const body = new Uint8Array(gzipSync(JSON.stringify({ query: '{ __typename }' })));
    expect(await post(body, { 'content-encoding': encoding })).toEqual(
      refused(415, { code: 'UNSUPPORTED_MEDIA_TYPE' }),
    );
  },
);

test.each(['PUT', 'DELETE', 'PATCH'])('%s is refused, and told what is allowed', async (method) => {
  const response = await fetch(`${server.url}/graphql`, { method, headers: bearer() });
  expect(response.status).toBe(405);
  expect(response.headers.get('allow')).toBe('GET, POST, OPTIONS');
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'METHOD_NOT_ALLOWED' } }] });
});

test('a mutation whose answer the client would not take is not carried out', async () => {
  const query = 'mutation { createGroup(name: "Unheard") { id } }';
  const { status, errors } = await post(JSON.stringify({ query }), { accept: 'image/png' });
  expect({ status, errors }).toMatchObject({
    status: 406,
    errors: [{ extensions: { code: 'BAD_REQUEST' } }],
  });
  expect((await server.query('{ groups { totalCount } }')).groups.totalCount).toBe(0);
});

test('errors come in the type that the client asks for', async () => {
  const { type } = await post('{', { accept: 'application/graphql-response+json' });
  expect(type).toBe('application/graphql-response+json; charset=utf-8');
});

import { afterEach, beforeAll, expect, test } from '@jest/globals';
import { connect, type Socket } from 'node:net';
import { Scope } from '../../src/access/scope.js';
import { useTestServer } from '../support/server.js';
import { bearer, newToken } from '../support/token.js';

const BODY = 200_000;
const RECORDING = 400_000;
const SIZES = { body: BODY, recordingBody: RECORDING, bodies: RECORDING * 2 };
const server = useTestServer(() => ({ http: { ...SIZES, requestTimeout: 8000 } }));
const patient = useTestServer(() => ({ http: SIZES }));

// How long a body waits for room follows from the time that requests have; the slow ones outlast that here.
beforeAll(() => {
  server.listener.requestTimeout = 0;
});

const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

/** Begins a request whose body does not arrive, of a stated length or none. */
function dawdle(length: string, { authorization } = bearer()): void {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname).on('error', () => undefined);
  sockets.push(socket);
  socket.write(
    `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: ${authorization}\r\n${length}\r\n\r\n`,
  );
}

const QUERY = 'mutation ($input: [RecordCallLogInput!]!) { recordCallLogs(input: $input) { recorded } }';

async function record(bytes: number, token?: string, { url } = server) {
  const input = [{ requestMessages: [{ content: 'x'.repeat(bytes) }], status: 'SUCCESS' }];
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...bearer(token) },
    body: JSON.stringify({ variables: { input }, query: QUERY }),
  });
  const { data, errors } = await response.json();
  return { status: response.status, wait: response.headers.get('retry-after'), data, errors };
}

const RECORDED = { status: 200, data: { recordCallLogs: { recorded: 1 } } };

test.each(['Content-Length: 390000', 'Transfer-Encoding: chunked'])(
  'large bodies that do not arrive keep back large ones of their caller, and no others: %s',
  async (length) => {
    for (let begun = 0; begun < 10; begun++) dawdle(length);
    // A request of the same caller that comes later is behind them.
    await server.query('{ __typename }');
    const waited = record(300_000);
    expect(await record(300_000, await newToken(server.database))).toMatchObject(RECORDED);
    expect(await record(1000)).toMatchObject(RECORDED);
    expect(await waited).toMatchObject({
      status: 503,
      wait: '1',
      data: undefined,
      errors: [
        {
          message: expect.stringContaining(`${RECORDING} bytes at one time (by MAX_BODIES_BYTES`),
          extensions: { code: 'OVERLOADED', limit: RECORDING },
        },
      ],
    });
  },
);

test('more large recordings at once than there is room for are all recorded', async () => {
  const answers = await Promise.all(Array.from({ length: 12 }, () => record(350_000, undefined, patient)));
  for (const answer of answers) expect(answer).toMatchObject(RECORDED);
});

test('who may not record calls sends no body that is only for that', async () => {
  const reader = await newToken(server.database, { scopes: [Scope.LOGS_READ] });
  const { status, errors } = await record(300_000, reader);
  expect(status).toBe(413);
  expect(errors[0].extensions).toMatchObject({ code: 'PAYLOAD_TOO_LARGE', limit: BODY });
});

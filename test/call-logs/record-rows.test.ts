import { expect, test } from '@jest/globals';
import { CALL, useRecordingServer } from './recording-server.js';

const { server, storedRows } = useRecordingServer();

/** What is no call at all, with the field that is wrong and what is said of it. */
const UNFIT: [string, unknown, string | null, RegExp][] = [
  ['null', null, null, /must be an object, not null/],
  ['a text in place of an object', 'lcl_ab', null, /must be an object, not "lcl_ab"/],
  ['a number', 7, null, /must be an object, not 7/],
  ['a list', [CALL], null, /must be an object, not a list/],
  ['an unknown status', { ...CALL, status: 'FAILED' }, 'status', /must be SUCCESS or ERROR, not "FAILED"/],
  ['no status', { requestMessages: [] }, 'status', /must be SUCCESS or ERROR, but is missing/],
  ['a status of null', { ...CALL, status: null }, 'status', /must be SUCCESS or ERROR, not null/],
  ['no messages', { status: 'SUCCESS' }, 'requestMessages', /of type JSON, but is missing/],
  ['messages of null', { ...CALL, requestMessages: null }, 'requestMessages', /of type JSON, not null/],
  [
    'tokens beyond 32 bits',
    { ...CALL, tokensUsed: 2 ** 31 },
    'tokensUsed',
    /at most 2147483647, not 2147483648/,
  ],
  ['far too few tokens', { ...CALL, tokensUsed: -(2 ** 40) }, 'tokensUsed', /at least -2147483648/],
  ['tokens as text', { ...CALL, promptTokens: '12' }, 'promptTokens', /must be a whole number, not "12"/],
  ['half a token', { ...CALL, completionTokens: 1.5 }, 'completionTokens', /must be a whole number, not 1.5/],
  ['a duration as text', { ...CALL, durationMs: '8' }, 'durationMs', /must be a whole number, not "8"/],
  ['a duration beyond 32 bits', { ...CALL, durationMs: 2147483647.5 }, 'durationMs', /at most 2147483647/],
  [
    'a group that is a fraction',
    { ...CALL, groupId: 1.5 },
    'groupId',
    /must be a whole number or text, not 1.5/,
  ],
  [
    'a response that is no text',
    { ...CALL, responseContent: { a: 1 } },
    'responseContent',
    /must be text, not an object/,
  ],
  ['a time without an offset', { ...CALL, callTime: '2024-02-01T00:00:00' }, 'callTime', /with an offset/],
  ['an impossible time', { ...CALL, callTime: '2024-02-31T00:00:00Z' }, 'callTime', /does not exist/],
  [
    'a time that is a number',
    { ...CALL, callTime: 1700000000 },
    'callTime',
    /of type DateTime, not 1700000000/,
  ],
  [
    'an unknown field',
    { ...CALL, colour: 'red' },
    'colour',
    /is no field of RecordCallLogInput: leave it out/,
  ],
  ['a negative count', { ...CALL, tokensUsed: -1 }, 'tokensUsed', /0 or more/],
];

const SELECTED = '{ recorded callLogs { id } rejected { index field code message } }';
const MANY = `mutation ($rows: [RecordCallLogInput!]!) { recordCallLogs(input: $rows) ${SELECTED} }`;

/** A document is interpreted when it comes first, and compiled from the second time on. */
async function sendTwice(query: string, variables: Record<string, unknown>) {
  const answers = [await server.send(query, variables), await server.send(query, variables)];
  const [first, second] = answers.map(({ status, data, errors }) => ({
    status,
    errors,
    data: JSON.parse(JSON.stringify(data ?? null, (key, value) => (key === 'id' ? 'an id' : value))),
  }));
  expect(second).toEqual(first);
  return answers[1]!;
}

test('rows that are no calls are rejected, each with its field and what would be right, and the others recorded', async () => {
  const rows = UNFIT.flatMap(([, row]) => [CALL, row]);
  const { status, data, errors } = await sendTwice(MANY, { rows });
  expect({ status, errors }).toEqual({ status: 200, errors: undefined });
  const { recorded, callLogs, rejected } = data.recordCallLogs;
  expect(recorded).toBe(UNFIT.length);
  expect(callLogs.map((call: unknown) => call !== null)).toEqual(rows.map((_, index) => index % 2 === 0));
  for (const [number, [, , field, right]] of UNFIT.entries()) {
    const index = 2 * number + 1;
    expect(rejected[number]).toMatchObject({ index, field, code: 'BAD_USER_INPUT' });
    expect(rejected[number].message).toMatch(right);
    expect(rejected[number].message).toContain(
      field === null ? `input[${index}]` : `input[${index}].${field}`,
    );
  }
  expect(rejected).toHaveLength(UNFIT.length);
  expect(await storedRows()).toHaveLength(2 * UNFIT.length);
});

const BAD = { ...CALL, promptTokens: '12' };
const REJECTED = { index: 0, field: 'promptTokens', code: 'BAD_USER_INPUT' };

test('rows that are variables of their own are read one by one', async () => {
  const query = `mutation ($a: RecordCallLogInput!, $b: RecordCallLogInput!) {
    recordCallLogs(input: [$a, $b, { requestMessages: "written out", status: SUCCESS }]) ${SELECTED} }`;
  const { data } = await sendTwice(query, { a: BAD, b: CALL });
  expect(data.recordCallLogs).toMatchObject({ recorded: 2, rejected: [REJECTED] });
  const without = await sendTwice(query, { a: null });
  expect(without.data.recordCallLogs).toMatchObject({
    recorded: 1,
    rejected: [
      { index: 0, field: null, message: expect.stringContaining('not null') },
      { index: 1, field: null, message: expect.stringContaining('missing') },
    ],
  });
});

test('a single row in place of a list is a list of one', async () => {
  expect((await sendTwice(MANY, { rows: CALL })).data.recordCallLogs).toMatchObject({
    recorded: 1,
    rejected: [],
  });
  expect((await sendTwice(MANY, { rows: BAD })).data.recordCallLogs).toMatchObject({
    recorded: 0,
    callLogs: [null],
    rejected: [REJECTED],
  });
  // Its length is no length of a list.
  const { data } = await sendTwice(MANY, { rows: { ...CALL, length: 1e9 } });
  expect(data.recordCallLogs).toMatchObject({ recorded: 0, rejected: [{ field: 'length' }] });
});

test('a variable may stand for several rows, and in several places', async () => {
  const query = `mutation ($rows: [RecordCallLogInput!]!, $row: RecordCallLogInput!) {
    one: recordCallLogs(input: $rows) ${SELECTED} ...Others }
    fragment Others on Mutation { two: recordCallLogs(input: $rows) ${SELECTED}
      three: recordCallLogs(input: [$row, $row]) ${SELECTED} }`;
  const { data } = await sendTwice(query, { rows: [CALL, BAD], row: BAD });
  expect(data.one).toMatchObject({ recorded: 1, rejected: [{ ...REJECTED, index: 1 }] });
  expect(data.two).toMatchObject({ recorded: 1, rejected: [{ ...REJECTED, index: 1 }] });
  expect(data.three).toMatchObject({ recorded: 0, rejected: [REJECTED, { ...REJECTED, index: 1 }] });
});

test('a variable that also stands where one call is recorded is refused as a whole there', async () => {
  const query = `mutation ($row: RecordCallLogInput!, $other: RecordCallLogInput!) {
    recordCallLogs(input: [$row, $other]) ${SELECTED} recordCallLog(input: $row) { id } }`;
  const refused = await sendTwice(query, { row: BAD, other: CALL });
  expect(refused).toMatchObject({ status: 400, errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  expect(refused.errors![0]!.message).toContain('"row.promptTokens"');
  expect(await storedRows()).toEqual([]);
  const { data } = await sendTwice(query, { row: CALL, other: BAD });
  expect(data.recordCallLogs).toMatchObject({ recorded: 1, rejected: [{ ...REJECTED, index: 1 }] });
});

test('what another operation of the document does with a variable of the same name makes no difference', async () => {
  const query = `mutation Many($rows: [RecordCallLogInput!]!) { recordCallLogs(input: $rows) ${SELECTED} }
    mutation One($rows: RecordCallLogInput!) { recordCallLog(input: $rows) { id } }`;
  const headers = {
    'content-type': 'application/json',
    authorization: `Bearer ${process.env['TEST_TOKEN']}`,
  };
  for (let sent = 0; sent < 2; sent++) {
    const body = JSON.stringify({ query, operationName: 'Many', variables: { rows: [BAD] } });
    const response = await fetch(`${server.url}/graphql`, { method: 'POST', headers, body });
    expect(await response.json()).toMatchObject({ data: { recordCallLogs: { rejected: [REJECTED] } } });
  }
});

test('defaults of variables are used where nothing is sent', async () => {
  const query = `mutation ($rows: [RecordCallLogInput!]! = [{ requestMessages: "default", status: ERROR }],
    $row: RecordCallLogInput! = { requestMessages: "default", status: ERROR, durationMs: 3 }) {
    one: recordCallLogs(input: $rows) ${SELECTED} two: recordCallLogs(input: [$row]) ${SELECTED} }`;
  expect((await sendTwice(query, {})).data).toMatchObject({ one: { recorded: 1 }, two: { recorded: 1 } });
  expect(await storedRows()).toMatchObject([
    { status: 'error', duration_ms: null },
    { status: 'error', duration_ms: 3 },
    { status: 'error', duration_ms: null },
    { status: 'error', duration_ms: 3 },
  ]);
  const sent = await sendTwice(query, { rows: [BAD], row: BAD });
  expect(sent.data).toMatchObject({ one: { rejected: [REJECTED] }, two: { rejected: [REJECTED] } });
});

test.each([null, undefined])('without a list, as %p, the request is refused', async (rows) => {
  expect(await sendTwice(MANY, { rows })).toMatchObject({
    status: 400,
    errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
  });
});

test('more than 1000 rows are refused together, whatever is in them', async () => {
  const { data, errors } = await sendTwice(MANY, { rows: Array.from({ length: 1001 }, () => null) });
  expect(data).toBeNull();
  expect(errors?.[0]?.message).toContain('from 1 to 1000 calls, not 1001');
});

test('whole numbers may be written with a point, and fractions of a millisecond are rounded', async () => {
  const row = '{ "requestMessages": [], "status": "SUCCESS", "promptTokens": 12.0, "durationMs": 812.4 }';
  const variables = { rows: JSON.parse(`[${row}, ${row.replace('812.4', '812.5')}]`) };
  expect((await sendTwice(MANY, variables)).data.recordCallLogs).toMatchObject({ recorded: 2, rejected: [] });
  expect(await storedRows()).toMatchObject([
    { prompt_tokens: 12, duration_ms: 812 },
    { prompt_tokens: 12, duration_ms: 813 },
    { prompt_tokens: 12, duration_ms: 812 },
    { prompt_tokens: 12, duration_ms: 813 },
  ]);
});

test('what is written into the document is read by GraphQL, and refused as a whole', async () => {
  const inline = `mutation ($tokens: Int, $row: RecordCallLogInput!) {
    recordCallLogs(input: [$row, { requestMessages: [], status: SUCCESS, promptTokens: $tokens }]) ${SELECTED} }`;
  expect(await sendTwice(inline, { row: CALL, tokens: 1.5 })).toMatchObject({ status: 400 });
  const written = `mutation { recordCallLogs(input: [{ requestMessages: [], status: SUCCESS, durationMs: 1.5 }]) ${SELECTED} }`;
  expect(await sendTwice(written, {})).toMatchObject({ status: 400 });
  expect(await storedRows()).toEqual([]);
});

test('no JSON passes for a row that the server made, and nothing long or secret is repeated', async () => {
  const key = 'sk-proj-0123456789abcdefghijklmnop';
  const rows = [
    { value: CALL },
    { ...CALL, [key]: 1 },
    key,
    { ...CALL, status: key },
    { ...CALL, status: 'x'.repeat(100_000) },
    { ...CALL, callTime: key },
    { ...CALL, callTime: 'x'.repeat(100_000) },
    { ...CALL, ['y'.repeat(100_000)]: 1 },
  ];
  const { data } = await sendTwice(MANY, { rows });
  expect(data.recordCallLogs).toMatchObject({ recorded: 0, rejected: { length: rows.length } });
  expect(JSON.stringify(data)).not.toContain(key);
  for (const { message } of data.recordCallLogs.rejected) expect(message.length).toBeLessThan(300);
});

import { beforeAll, beforeEach, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sql } from 'kysely';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import pg from 'pg';
import { createServer } from '../../src/server.js';
import { useTestServer } from '../support/server.js';
import { collectStatements } from '../support/statements.js';

const server = useTestServer();

beforeAll(async () => {
  await sql`INSERT INTO groups (id, name) VALUES (1, 'one'), (2, 'two')`.execute(server.database.sql);
});

beforeEach(async () => {
  await sql`TRUNCATE llm_call_logs`.execute(server.database.sql);
});

const FIELDS = `id configId templateId groupId activationCode requestMessages requestParams responseContent
  responseData status errorMessage tokensUsed promptTokens completionTokens callTime durationMs model`;

const RECORD = `mutation ($input: RecordCallLogInput!) { recordCallLog(input: $input) { ${FIELDS} } }`;
const RECORD_ID = 'mutation ($input: RecordCallLogInput!) { recordCallLog(input: $input) { id } }';
const RECORD_MANY = `mutation ($input: [RecordCallLogInput!]!) {
  recordCallLogs(input: $input) { recorded callLogs { id responseContent } rejected { index code message } }
}`;

const CALL = { requestMessages: [{ role: 'user', content: 'hello' }], status: 'SUCCESS' };

interface StoredRow {
  [column: string]: unknown;
  id: string;
}

/** The rows of the table by number, times as text. */
async function storedRows(): Promise<StoredRow[]> {
  const rows = await sql<StoredRow>`
    SELECT *, call_time::text AS call_time FROM llm_call_logs ORDER BY id`.execute(server.database.sql);
  return rows.rows;
}

/** What PostgreSQL can keep of a text. */
function storable(text: string): string {
  return Array.from(text, (character) => (/^[\0\uD800-\uDFFF]$/.test(character) ? '\uFFFD' : character)).join(
    '',
  );
}

function storableDeep(value: unknown): unknown {
  if (typeof value === 'string') return storable(value);
  if (Object.is(value, -0)) return 0;
  if (Array.isArray(value)) return value.map(storableDeep);
  if (value === null || typeof value !== 'object') return value;
  const copy = {};
  for (const [key, member] of Object.entries(value)) {
    // Assigning to __proto__ would set the prototype instead.
    Object.defineProperty(copy, storable(key), {
      value: storableDeep(member),
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return copy;
}

/** A text that tells equal JSON values from others whatever the order of keys, and keys like __proto__ apart. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`);
  return `{${members.sort().join()}}`;
}

const character = fc.oneof(
  fc.constantFrom(
    '\0',
    '\uD800',
    '\uDFFF',
    '\uFFFD',
    '\\',
    '\\u0000',
    '\\ud800',
    '"',
    "'",
    '\u2028',
    '\n',
    '🙂',
    '数',
  ),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
);
const text = fc.array(character, { maxLength: 8 }).map((characters) => characters.join(''));
const key = fc.oneof(
  {
    weight: 1,
    arbitrary: fc.constantFrom('__proto__', 'constructor', 'toString', 'length', '', 'model', '\0'),
  },
  { weight: 2, arbitrary: text },
);
const number = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(
    Number.MAX_VALUE,
    -Number.MAX_VALUE,
    Number.MIN_VALUE,
    Number.MAX_SAFE_INTEGER,
    0.1,
    -0,
    1e21,
  ),
);
const json = fc.letrec<{ value: unknown; object: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.oneof(text, number, fc.boolean(), fc.constant(null)),
    fc.array(tie('value'), { maxLength: 3 }),
    tie('object'),
  ),
  object: fc
    .uniqueArray(fc.tuple(key, tie('value')), { maxLength: 3, selector: ([name]) => storable(name) })
    .map(
      (members) =>
        JSON.parse(
          `{${members.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join()}}`,
        ) as unknown,
    ),
})).value;

const int32 = fc.oneof(fc.nat(), fc.constantFrom(0, 2 ** 31 - 1));
const id = fc.oneof(fc.nat(), fc.constant(2 ** 31 - 1)).map(String);
const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const time = fc
  .date({
    min: new Date('0001-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59.999Z'),
    noInvalidDate: true,
  })
  .map((date) => date.toISOString());

const call = fc.record({
  configId: orNull(id),
  templateId: orNull(id),
  groupId: orNull(fc.constantFrom('1', '2')),
  activationCode: orNull(text.map((whole) => Array.from(whole).slice(0, 32).join(''))),
  requestMessages: json.filter((value) => value !== null),
  requestParams: orNull(json),
  responseContent: orNull(text),
  responseData: orNull(json),
  status: fc.constantFrom('SUCCESS', 'ERROR'),
  errorMessage: orNull(text),
  tokensUsed: int32,
  promptTokens: orNull(int32),
  completionTokens: orNull(int32),
  callTime: time,
  durationMs: orNull(int32),
});

test('every field of a call comes back as it was sent, from the answer, from the log and in the table', async () => {
  await fc.assert(
    fc.asyncProperty(call, async (input) => {
      const expected = storableDeep(input) as typeof input;
      const { recordCallLog } = await server.query(RECORD, { input });
      const { id, model, ...answered } = recordCallLog;
      expect(canonical(answered)).toBe(canonical(expected));
      const { callLog } = await server.query(`query ($id: ID!) { callLog(id: $id) { ${FIELDS} } }`, { id });
      expect(canonical(callLog)).toBe(canonical(recordCallLog));
      expect(model === null || typeof model === 'string').toBe(true);

      const rows = await storedRows();
      const row = rows.find((stored) => stored.id === id);
      const time = expected.callTime.replace('T', ' ').replace(/\.?0*Z$/, '');
      expect(canonical(row)).toBe(
        canonical({
          id,
          config_id: expected.configId === null ? null : Number(expected.configId),
          template_id: expected.templateId === null ? null : Number(expected.templateId),
          group_id: expected.groupId === null ? null : Number(expected.groupId),
          activation_code: expected.activationCode,
          request_messages: expected.requestMessages,
          request_params: expected.requestParams,
          response_content: expected.responseContent,
          response_data: expected.responseData,
          status: expected.status.toLowerCase(),
          error_message: expected.errorMessage,
          tokens_used: expected.tokensUsed,
          prompt_tokens: expected.promptTokens,
          completion_tokens: expected.completionTokens,
          call_time: time,
          duration_ms: expected.durationMs,
        }),
      );
    }),
    { numRuns: 200 },
  );
}, 120_000);

test('an escaped NUL that is only talked about stays as it is', async () => {
  const said = ['\\u0000', '\\\\u0000', 'C:\\ud800', '\\', '\\\\'];
  const input = { ...CALL, requestMessages: said, responseContent: '\\u0000' };
  const { recordCallLog } = await server.query(RECORD, { input });
  expect(recordCallLog.requestMessages).toEqual(said);
  const [row] = await storedRows();
  expect(row).toMatchObject({ request_messages: said, response_content: '\\u0000' });
});

test('values written into the mutation are recorded like those of variables', async () => {
  const { recordCallLog } = await server.query(
    `mutation ($rest: JSON) {
      recordCallLog(input: {
        status: ERROR, requestMessages: { __proto__: [1, 2.5, true, null, "a\\u0000b"], deep: { rest: $rest } }
      }) { status requestMessages }
    }`,
    { rest: { constructor: 'x' } },
  );
  expect(recordCallLog.status).toBe('ERROR');
  expect(canonical(recordCallLog.requestMessages)).toBe(
    '{"__proto__":[1,2.5,true,null,"a\uFFFDb"],"deep":{"rest":{"constructor":"x"}}}',
  );
});

test.each([
  [{ promptTokens: 3, completionTokens: 4 }, 7],
  [{ promptTokens: 0, completionTokens: 0 }, 0],
  [{ tokensUsed: null, promptTokens: 3, completionTokens: 4 }, 7],
  [{ tokensUsed: 5, promptTokens: 3, completionTokens: 4 }, 5],
  [{ tokensUsed: 0, promptTokens: 3, completionTokens: 4 }, 0],
  [{ promptTokens: 3 }, null],
  [{ completionTokens: 4 }, null],
  [{}, null],
])('tokens given as %j are recorded as tokensUsed %j', async (tokens, tokensUsed) => {
  const { recordCallLog } = await server.query(RECORD, { input: { ...CALL, ...tokens } });
  expect(recordCallLog.tokensUsed).toBe(tokensUsed);
  expect(await storedRows()).toMatchObject([{ tokens_used: tokensUsed }]);
});

test('what is left out is recorded as null, and the time as now', async () => {
  const clock = sql<{
    now: string;
  }>`SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.MS') AS now`;
  const before = (await clock.execute(server.database.sql)).rows[0]?.now ?? '';
  const { recordCallLog } = await server.query(RECORD, { input: CALL });
  const after = (await clock.execute(server.database.sql)).rows[0]?.now ?? '';
  const { id, callTime, requestMessages, status, ...rest } = recordCallLog;
  expect(Object.values(rest).filter((value) => value !== null)).toEqual([]);
  expect({ requestMessages, status }).toEqual(CALL);
  expect(callTime.replace('T', ' ').replace('Z', '') >= before).toBe(true);
  expect(callTime.replace('T', ' ').replace('Z', '') <= after).toBe(true);
  const [row] = await storedRows();
  expect(row).toMatchObject({ id, group_id: null, request_params: null, response_data: null });
  expect(String(row?.['call_time']).padEnd(23, '0') >= before).toBe(true);
  expect(String(row?.['call_time']) <= `${after}9`).toBe(true);
});

test('times are UTC, whatever the zones of the process, its session and the database are', async () => {
  const name = new URL(server.databaseUrl).pathname.slice(1);
  await sql`ALTER DATABASE ${sql.ref(name)} SET timezone = 'America/New_York'`.execute(server.database.sql);
  const child = spawn(process.execPath, ['dist/src/main.js', 'start'], {
    env: {
      ...process.env,
      ...{
        TZ: 'Asia/Kathmandu',
        PGTZ: 'Asia/Tokyo',
        NODE_OPTIONS: '',
        DATABASE_URL: server.databaseUrl,
        PORT: '0',
      },
    },
  });
  try {
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const url = /http:\S+/.exec(line.toString())?.[0] ?? '';
    const record = async (callTime?: string) => {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: RECORD, variables: { input: { ...CALL, callTime } } }),
      });
      const { data } = (await response.json()) as { data: { recordCallLog: { callTime: string } } };
      return data.recordCallLog.callTime;
    };
    expect(await record('2024-03-10T07:30:00.123456-05:00')).toBe('2024-03-10T12:30:00.123Z');
    await record();
  } finally {
    child.kill();
    await once(child, 'exit');
  }
  const { rows } = await sql<{ call_time: string; late: number }>`
    SELECT call_time::text, abs(extract(epoch FROM now() AT TIME ZONE 'UTC' - call_time))::float AS late
    FROM llm_call_logs ORDER BY id`.execute(server.database.sql);
  expect(rows[0]?.call_time).toBe('2024-03-10 12:30:00.123456');
  // No zone is less than a quarter of an hour from another.
  expect(rows[1]?.late).toBeLessThan(600);
});

test('what was answered is there for every other connection at once', async () => {
  const other = new pg.Client({ connectionString: server.databaseUrl });
  await other.connect();
  try {
    for (let count = 0; count < 20; count++) {
      const { recordCallLog } = await server.query(RECORD_ID, { input: CALL });
      const { rowCount } = await other.query('SELECT 1 FROM llm_call_logs WHERE id = $1', [recordCallLog.id]);
      expect(rowCount).toBe(1);
    }
  } finally {
    await other.end();
  }
});

test('300 calls recorded at one time all arrive, in far fewer statements', async () => {
  const ids = new Set<string>();
  const statements = await collectStatements(async () => {
    const calls = Array.from({ length: 300 }, async (_, index) => {
      const { recordCallLog } = await server.query(
        'mutation ($input: RecordCallLogInput!) { recordCallLog(input: $input) { id responseContent } }',
        { input: { ...CALL, responseContent: `answer ${index}` } },
      );
      expect(recordCallLog.responseContent).toBe(`answer ${index}`);
      ids.add(recordCallLog.id);
    });
    await Promise.all(calls);
  });
  const rows = await storedRows();
  expect(new Set(rows.map(({ id }) => id))).toEqual(ids);
  expect(new Set(rows.map((row) => row['response_content'])).size).toBe(300);
  const inserts = statements.filter((statement) => statement.includes('INSERT INTO llm_call_logs'));
  expect(inserts.length).toBeGreaterThan(0);
  expect(inserts.length).toBeLessThan(100);
});

test('of calls recorded at one time, only the bad ones fail', async () => {
  const outcomes = await Promise.all(
    Array.from({ length: 60 }, async (_, index) => {
      const groupId = index % 20 === 7 ? '99' : '1';
      const input = { ...CALL, groupId, responseContent: `${index}` };
      return server.send(RECORD_ID, { input });
    }),
  );
  for (const [index, { data, errors }] of outcomes.entries()) {
    if (index % 20 === 7) {
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument: 'input.groupId' } }]);
      expect(data).toBeNull();
    } else {
      expect(errors).toBeUndefined();
    }
  }
  const stored = (await storedRows()).map((row) => Number(row['response_content']));
  expect(stored.sort((one, other) => one - other)).toEqual(
    Array.from({ length: 60 }, (_, index) => index).filter((index) => index % 20 !== 7),
  );
});

const HUGE = '9'.repeat(30);

/** Every kind of mistake in one call, with the field that it is in and what is said of it. */
const MISTAKES: [string, Record<string, unknown>, string, RegExp][] = [
  ['an unknown group', { groupId: '99' }, 'groupId', /there is no group 99/],
  ['a group number beyond 32 bits', { groupId: '2147483648' }, 'groupId', /at most 2147483647/],
  ['a group number beyond 64 bits', { groupId: HUGE }, 'groupId', /64 bits/],
  ['a group that is no number', { groupId: 'one' }, 'groupId', /whole number/],
  ['a negative group number', { groupId: '-1' }, 'groupId', /whole number/],
  ['a config number beyond 32 bits', { configId: '2147483648' }, 'configId', /at most 2147483647/],
  ['a template that is no number', { templateId: '1.5' }, 'templateId', /whole number/],
  ['an activation code of 33 characters', { activationCode: 'x'.repeat(33) }, 'activationCode', /at most 32/],
  [
    'an activation code of 33 ideographs',
    { activationCode: '数'.repeat(33) },
    'activationCode',
    /at most 32/,
  ],
  ['negative tokens', { tokensUsed: -1 }, 'tokensUsed', /0 or more, not -1/],
  ['negative prompt tokens', { promptTokens: -1 }, 'promptTokens', /0 or more/],
  ['negative completion tokens', { completionTokens: -7 }, 'completionTokens', /0 or more/],
  ['a negative duration', { durationMs: -1 }, 'durationMs', /0 or more/],
  ['a sum of tokens beyond 32 bits', { promptTokens: 2 ** 31 - 1, completionTokens: 1 }, 'tokensUsed', /sum/],
  ['an empty idempotency key', { idempotencyKey: '' }, 'idempotencyKey', /1 to 255/],
  ['an idempotency key of 256 characters', { idempotencyKey: 'k'.repeat(256) }, 'idempotencyKey', /1 to 255/],
  ['messages nested 201 levels deep', { requestMessages: nested(201) }, 'requestMessages', /200 levels/],
];

function nested(levels: number): unknown {
  let value: unknown = 'deep';
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [value] : { in: value };
  return value;
}

test('messages nested 200 levels deep are recorded, and found by what is in them', async () => {
  await server.query(RECORD_ID, { input: { ...CALL, requestMessages: nested(200) } });
  const { callLogs } = await server.query('{ callLogs(filter: { text: "deep" }) { totalCount } }');
  expect(callLogs.totalCount).toBe(1);
});

test('a number that no double holds is refused, and not stored as null', async () => {
  const input = JSON.stringify({ input: { ...CALL, requestParams: { seed: 'HUGE' } } }).replace(
    '"HUGE"',
    '1e400',
  );
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: `{"query":${JSON.stringify(RECORD_ID)},"variables":${input}}`,
  });
  expect(await response.json()).toMatchObject({
    errors: [
      { message: expect.stringContaining('input.requestParams'), extensions: { code: 'BAD_USER_INPUT' } },
    ],
  });
});

test('a model of any length is recorded, and known by its first 200 characters', async () => {
  const model = createHash('shake256', { outputLength: 9000 }).update('noise').digest('base64');
  const { recordCallLog } = await server.query(
    'mutation ($input: RecordCallLogInput!) { recordCallLog(input: $input) { model requestParams } }',
    { input: { ...CALL, requestParams: { model } } },
  );
  expect(recordCallLog).toEqual({ model: model.slice(0, 200), requestParams: { model } });
});

test('a key whose call has been deleted records a call again', async () => {
  const input = { ...CALL, idempotencyKey: 'of a deleted call' };
  const first = await server.query(RECORD_ID, { input });
  await sql`DELETE FROM llm_call_logs WHERE id = ${first.recordCallLog.id}`.execute(server.database.sql);
  const second = await server.query(RECORD_ID, { input });
  const third = await server.query(RECORD_ID, { input });
  expect(second.recordCallLog.id).not.toBe(first.recordCallLog.id);
  expect(third).toEqual(second);
});

test('messages that another program left as null are none, and keep no list from being read', async () => {
  await sql`INSERT INTO llm_call_logs (request_messages, status, activation_code)
    VALUES ('null', 'success', 'of another')`.execute(server.database.sql);
  const { callLogs } = await server.query(
    '{ callLogs(filter: { activationCode: { eq: "of another" } }) { nodes { requestMessages } } }',
  );
  expect(callLogs.nodes).toEqual([{ requestMessages: [] }]);
});

function placeOf(field: string, at: string): string {
  return field === '' ? at : `${at}.${field}`;
}

test.each(MISTAKES)('a call with %s is refused, and the field is named', async (_, mistake, field, right) => {
  const { data, errors } = await server.send(RECORD_ID, { input: { ...CALL, ...mistake } });
  expect(data).toBeNull();
  expect(errors).toMatchObject([
    { extensions: { code: 'BAD_USER_INPUT', argument: placeOf(field, 'input') } },
  ]);
  expect(errors?.[0]?.message).toContain(placeOf(field, 'input'));
  expect(errors?.[0]?.message).toMatch(right);
  expect(await storedRows()).toEqual([]);
});

test('a call whose messages are nested too deeply is refused', async () => {
  const deep = '['.repeat(20_000) + ']'.repeat(20_000);
  // Written by hand, because JSON.stringify gives up on it, too.
  const input = `{ "status": "SUCCESS", "requestMessages": ${deep} }`;
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: `{ "query": ${JSON.stringify(RECORD_ID)}, "variables": { "input": ${input} } }`,
  });
  expect(await response.json()).toMatchObject({
    data: null,
    errors: [
      {
        message: expect.stringContaining('input.requestMessages is nested more than 200 levels deep'),
        extensions: { code: 'BAD_USER_INPUT', argument: 'input.requestMessages' },
      },
    ],
  });
  expect(await storedRows()).toEqual([]);
});

test('the longest values that fit are recorded', async () => {
  const most = {
    activationCode: '数'.repeat(32),
    idempotencyKey: '🙂'.repeat(255),
    configId: '2147483647',
    tokensUsed: 2 ** 31 - 1,
    durationMs: 2 ** 31 - 1,
  };
  const { idempotencyKey, ...expected } = most;
  const { recordCallLog } = await server.query(RECORD, { input: { ...CALL, ...most } });
  expect(recordCallLog).toMatchObject(expected);
  expect(idempotencyKey).toHaveLength(510);
});

test('a batch keeps its length and order, tells every bad call by its place, and records the good ones', async () => {
  const good = (index: number) => ({ ...CALL, responseContent: `good ${index}` });
  const input = MISTAKES.flatMap(([, mistake], index) => [good(2 * index), { ...CALL, ...mistake }]);
  const { recordCallLogs } = await server.query(RECORD_MANY, { input });
  expect(recordCallLogs.recorded).toBe(MISTAKES.length);
  expect(recordCallLogs.callLogs).toHaveLength(input.length);
  expect(recordCallLogs.rejected).toHaveLength(MISTAKES.length);
  for (const [mistake, [, , field, right]] of MISTAKES.entries()) {
    const index = 2 * mistake + 1;
    expect(recordCallLogs.callLogs[index]).toBeNull();
    expect(recordCallLogs.callLogs[index - 1].responseContent).toBe(`good ${index - 1}`);
    expect(recordCallLogs.rejected[mistake]).toMatchObject({ index, code: 'BAD_USER_INPUT' });
    expect(recordCallLogs.rejected[mistake].message).toContain(placeOf(field, `input[${index}]`));
    expect(recordCallLogs.rejected[mistake].message).toMatch(right);
  }
  const rows = await storedRows();
  expect(rows.map(({ id }) => id).sort()).toEqual(
    recordCallLogs.callLogs.flatMap((call: { id: string } | null) => call?.id ?? []).sort(),
  );
});

test('a batch takes from 1 to 1000 calls', async () => {
  const batch = (length: number) =>
    Array.from({ length }, (_, index) => ({ ...CALL, responseContent: `${index}` }));
  for (const length of [0, 1001]) {
    const { data, errors } = await server.send(RECORD_MANY, { input: batch(length) });
    expect(data).toBeNull();
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument: 'input' } }]);
    expect(errors?.[0]?.message).toContain(`from 1 to 1000 calls, not ${length}`);
  }
  expect(await storedRows()).toEqual([]);
  const { recordCallLogs } = await server.query(RECORD_MANY, { input: batch(1000) });
  expect(recordCallLogs).toMatchObject({ recorded: 1000, rejected: [] });
  expect(recordCallLogs.callLogs.map((call: { responseContent: string }) => call.responseContent)).toEqual(
    Array.from({ length: 1000 }, (_, index) => `${index}`),
  );
  expect(await storedRows()).toHaveLength(1000);
});

test.each([
  ['an unknown status', { status: 'FAILED' }, /FAILED/],
  ['no messages', { requestMessages: null }, /requestMessages/],
  ['an impossible time', { callTime: '2024-02-31T00:00:00Z' }, /does not exist/],
  ['a time without an offset', { callTime: '2024-02-01T00:00:00' }, /with an offset/],
  ['tokens beyond 32 bits', { tokensUsed: 2 ** 31 }, /32-bit/],
  ['an unknown field', { colour: 'red' }, /colour/],
])(
  'a call with %s fits no schema: its whole request is refused and nothing recorded',
  async (_, mistake, right) => {
    const { status, errors } = await server.send(RECORD_MANY, { input: [CALL, { ...CALL, ...mistake }] });
    expect(status).toBe(400);
    expect(errors?.[0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } });
    expect(errors?.[0]?.message).toMatch(right);
    expect(errors?.[0]?.message).toContain('input[1]');
    expect(await storedRows()).toEqual([]);
  },
);

test('a call made through the proxy is recorded with the config in use, or with none while none is stored', async () => {
  const PROXY = 'mutation ($input: RecordCallLogInput!) { recordProxyCallLog(input: $input) { configId } }';
  await sql`DELETE FROM llm_configs`.execute(server.database.sql);
  expect(await server.query(PROXY, { input: CALL })).toEqual({ recordProxyCallLog: { configId: null } });
  await sql`INSERT INTO llm_configs (id, api_key) VALUES (7, 'sk-7'), (5, 'sk-5'), (9, 'sk-9')`.execute(
    server.database.sql,
  );
  expect(await server.query(PROXY, { input: { ...CALL, configId: null } })).toEqual({
    recordProxyCallLog: { configId: '5' },
  });
  for (const configId of ['5', '7', 'x']) {
    const { data, errors } = await server.send(PROXY, { input: { ...CALL, configId } });
    expect(data).toBeNull();
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument: 'input.configId' } }]);
    expect(errors?.[0]?.message).toContain('must be left out');
  }
  expect(await storedRows()).toMatchObject([{ config_id: null }, { config_id: 5 }]);
  await sql`DELETE FROM llm_configs`.execute(server.database.sql);
});

test('a repeat with the same idempotency key answers the first call and writes nothing', async () => {
  const first = { ...CALL, responseContent: 'first', idempotencyKey: 'again' };
  const { recordCallLog } = await server.query(RECORD, { input: first });
  const repeat = await server.query(RECORD, {
    input: { ...first, status: 'ERROR', responseContent: 'second' },
  });
  expect(repeat.recordCallLog).toEqual(recordCallLog);
  expect(repeat.recordCallLog.responseContent).toBe('first');
  const both = await server.query(
    `mutation ($input: RecordCallLogInput!) {
      one: recordCallLog(input: $input) { id } other: recordProxyCallLog(input: $input) { id }
      many: recordCallLogs(input: [$input]) { recorded callLogs { id } rejected { code } }
    }`,
    { input: first },
  );
  const { id } = recordCallLog;
  expect(both).toEqual({
    one: { id },
    other: { id },
    many: { recorded: 1, callLogs: [{ id }], rejected: [] },
  });
  expect(await storedRows()).toHaveLength(1);
});

test('calls of one batch that share an idempotency key are recorded once, and other keys for themselves', async () => {
  const input = ['a', 'b', 'a', null, 'b', 'a', null].map((idempotencyKey, index) => ({
    ...CALL,
    idempotencyKey: idempotencyKey && `batch-${idempotencyKey}`,
    responseContent: `${index}`,
  }));
  const { recordCallLogs } = await server.query(RECORD_MANY, { input });
  expect(recordCallLogs.callLogs.map((call: { responseContent: string }) => call.responseContent)).toEqual([
    '0',
    '1',
    '0',
    '3',
    '1',
    '0',
    '6',
  ]);
  expect(recordCallLogs).toMatchObject({ recorded: 7, rejected: [] });
  expect((await storedRows()).map((row) => row['response_content'])).toEqual(['0', '1', '3', '6']);
});

test('an idempotency key of a call that was refused is free for the corrected one', async () => {
  const bad = { ...CALL, idempotencyKey: 'refused', groupId: '99' };
  expect((await server.send(RECORD_ID, { input: bad })).errors).toHaveLength(1);
  const corrected = { ...bad, groupId: '1' };
  await server.query(RECORD_ID, { input: corrected });
  const { recordCallLogs } = await server.query(RECORD_MANY, {
    input: [
      { ...bad, idempotencyKey: 'refused-2' },
      { ...corrected, idempotencyKey: 'refused-2' },
    ],
  });
  expect(recordCallLogs).toMatchObject({ recorded: 1, callLogs: [null, {}], rejected: [{ index: 0 }] });
  expect(await storedRows()).toMatchObject([{ group_id: 1 }, { group_id: 1 }]);
});

test('50 repeats at one time, on two servers, make one call', async () => {
  const second = await createServer({ logLevel: 'silent' }, server.database);
  try {
    const ids = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        const variables = { input: { ...CALL, idempotencyKey: 'at once', responseContent: `${index}` } };
        if (index % 2) return (await server.query(RECORD_ID, variables)).recordCallLog.id as string;
        const payload = { query: RECORD_ID, variables };
        const answer = await second.inject({ method: 'POST', url: '/graphql', payload });
        return answer.json<{ data: { recordCallLog: { id: string } } }>().data.recordCallLog.id;
      }),
    );
    const rows = await storedRows();
    expect(rows).toHaveLength(1);
    expect(new Set(ids)).toEqual(new Set([rows[0]?.id]));
  } finally {
    await second.close();
  }
});

test('an idempotency key holds for 24 hours and is then used again', async () => {
  const record = async () => {
    const input = { ...CALL, idempotencyKey: 'daily' };
    return (await server.query(RECORD_ID, { input })).recordCallLog.id as string;
  };
  const age = async (hours: number) => {
    await sql`UPDATE llm_call_log_idempotency_keys
      SET created_at = now() AT TIME ZONE 'UTC' - make_interval(secs => ${hours * 3600}::float)
      WHERE key = 'daily'`.execute(server.database.sql);
  };
  const first = await record();
  await age(23.9);
  expect(await record()).toBe(first);
  await age(24.1);
  const second = await record();
  expect(second).not.toBe(first);
  expect(await record()).toBe(second);
  expect(await storedRows()).toHaveLength(2);
});

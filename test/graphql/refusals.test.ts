import { beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { useTestServer } from '../support/server.js';

const server = useTestServer();

beforeAll(async () => {
  await sql`INSERT INTO groups (name) VALUES ('one')`.execute(server.database.sql);
  await sql`INSERT INTO llm_configs (api_key) VALUES ('sk-1')`.execute(server.database.sql);
  await sql`INSERT INTO llm_call_logs (request_messages, status, duration_ms, group_id)
    VALUES ('[]', 'success', 5, 1)`.execute(server.database.sql);
});

/** An argument, and queries that have a place for its value. */
interface Place {
  argument: string;
  type: string;
  queries: ((value: string) => string)[];
}

const FILTER: Place = {
  argument: 'filter',
  type: 'CallLogFilter',
  queries: [
    (value) => `callLogs(filter: ${value}) { nodes { id } totalCount }`,
    (value) => `usage(filter: ${value}) { totals { calls } byStatus { status } }`,
    (value) => `group(id: 1) { usage(filter: ${value}) { totals { calls } } }`,
    (value) => `group(id: 1) { callLogs(filter: ${value}) { nodes { id } } }`,
  ],
};

/** A list's size, in each kind of list. */
const size = (argument: 'first' | 'last'): Place => ({
  argument,
  type: 'Int',
  queries: [
    (value) => `callLogs(${argument}: ${value}) { nodes { id } }`,
    (value) => `groups(${argument}: ${value}) { nodes { id } }`,
    (value) => `group(id: 1) { callLogs(${argument}: ${value}) { nodes { id } } }`,
  ],
});

const ID: Place = {
  argument: 'id',
  type: 'ID!',
  queries: [(value) => `callLog(id: ${value}) { id }`, (value) => `group(id: ${value}) { id }`],
};

const TOP: Place = {
  argument: 'top',
  type: 'Int',
  queries: ['byGroup', 'byModel', 'byConfig', 'byActivationCode'].map(
    (field) => (value) => `usage { ${field}(top: ${value}) { usage { totals { calls } } } }`,
  ),
};

const P: Place = {
  argument: 'p',
  type: 'Float!',
  queries: [(value) => `usage { totals { durationMsPercentile(p: ${value}) } }`],
};

const TIME_ZONE: Place = {
  argument: 'timeZone',
  type: 'TimeZone',
  queries: [(value) => `usage { series(interval: DAY, timeZone: ${value}) { start } }`],
};

/** A name of an enum value: a string as a variable, a bare word in a document. */
class EnumName {
  constructor(readonly name: string) {}
  toJSON() {
    return this.name;
  }
}

function literal(value: unknown): string {
  if (value instanceof EnumName) return value.name;
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([name, member]) => `${name}: ${literal(member)}`)
    .join(', ')} }`;
}

/**
 * Sends a value written into the query, then as a variable, and expects both to be refused.
 *
 * @param path of the mistake inside the argument, which the answer names
 * @param right what the answer says would be right
 */
async function expectRefused(place: Place, value: unknown, path: string, right: string | RegExp) {
  for (const query of place.queries) {
    const inline = await server.send(`{ ${query(literal(value))} }`);
    expectRefusal(inline, path, right);
    const document = `query ($${place.argument}: ${place.type}) { ${query(`$${place.argument}`)} }`;
    expectRefusal(await server.send(document, { [place.argument]: value }), path, right);
  }
}

type Answer = Awaited<ReturnType<typeof server.send>>;

function expectRefusal({ status, data, errors }: Answer, path: string, right: string | RegExp) {
  const [error] = errors ?? [];
  expect(error).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } });
  expect(`${String(error?.extensions['argument'])} ${error?.message}`).toContain(path);
  expect(error?.message).toMatch(right);
  expect(error?.message).not.toMatch(/internal|went wrong|syntax error|sqlstate/i);
  expect(error?.extensions).not.toHaveProperty('stacktrace');
  // Nothing in place of the answer: neither an empty list nor a zero.
  expect(leaves(data)).toEqual([]);
  // What is wrong with a document or its variables is told before anything runs.
  expect([200, 400]).toContain(status);
}

/** Everything in an answer that is neither null nor an object around something else. */
function leaves(value: unknown): unknown[] {
  if (value === null || value === undefined) return [];
  if (typeof value !== 'object' || (Array.isArray(value) && value.length === 0)) return [value];
  return Object.values(value).flatMap(leaves);
}

const OPERATOR_FIELDS = [
  ...['id', 'status', 'groupId', 'configId', 'templateId', 'activationCode', 'model', 'errorMessage'],
  ...['tokensUsed', 'promptTokens', 'completionTokens', 'durationMs', 'callTime'],
];

test.each(OPERATOR_FIELDS)('a condition on %s that is {} or null is refused, not ignored', async (field) => {
  const right = field === 'callTime' ? /must have from, to or both/ : /must name a condition/;
  for (const nothing of [{}, null]) {
    await expectRefused(FILTER, { [field]: nothing }, `filter.${field}`, right);
  }
});

test.each([
  ['id', 'eq'],
  ['id', 'notIn'],
  ['status', 'eq'],
  ['status', 'in'],
  ['groupId', 'isNull'],
  ['configId', 'in'],
  ['templateId', 'ne'],
  ['activationCode', 'startsWith'],
  ['model', 'contains'],
  ['errorMessage', 'eq'],
  ['tokensUsed', 'gt'],
  ['promptTokens', 'gte'],
  ['completionTokens', 'lt'],
  ['durationMs', 'lte'],
])('%s: { %s: null } is refused, and isNull is pointed to', async (field, operator) => {
  await expectRefused(
    FILTER,
    { [field]: { [operator]: null } },
    `filter.${field}.${operator}`,
    /isNull: true/,
  );
});

test.each([
  [{ callTime: { from: null } }, 'filter.callTime.from', /must be a time; leave it out/],
  [{ callTime: { to: null } }, 'filter.callTime.to', /must be a time; leave it out/],
  [{ text: null }, 'filter.text', /must be a text; leave it out/],
  [{ requestParams: null }, 'filter.requestParams', /must be a JSON object/],
  [{ requestParams: [1] }, 'filter.requestParams', /must be a JSON object/],
  [{ requestParams: 'gpt' }, 'filter.requestParams', /must be a JSON object/],
  [{ and: [] }, 'filter.and', /at least one filter/],
  [{ or: [] }, 'filter.or', /at least one filter/],
  [{ and: null }, 'filter.and', /at least one filter/],
  [{ or: null }, 'filter.or', /at least one filter/],
  [{ not: null }, 'filter.not', /must name at least one field/],
  [{ not: {} }, 'filter.not', /must name at least one field/],
  [{ and: [{}] }, 'filter.and[0]', /must name at least one field/],
  [{ or: [{ text: 'a' }, {}] }, 'filter.or[1]', /must name at least one field/],
  [{ or: [{ and: [{ not: { id: {} } }] }] }, 'filter.or[0].and[0].not.id', /must name a condition/],
])('the filter %j is refused', async (filter, path, right) => {
  await expectRefused(FILTER, filter, path, right);
});

test.each([
  ['an unknown field', { colour: { eq: 'red' } }, 'filter', /colour.*CallLogFilter/],
  ['an unknown operator', { tokensUsed: { equals: 1 } }, 'filter.tokensUsed', /equals/],
  ['an operator of another kind', { status: { contains: 's' } }, 'filter.status', /contains/],
  ['an unknown enum value', { status: { eq: new EnumName('FAILED') } }, 'filter.status.eq', /FAILED/],
  [
    'an unknown enum value in a list',
    { status: { in: [new EnumName('success')] } },
    'filter.status.in',
    /SUCCESS/,
  ],
  ['a text for a number', { tokensUsed: { gt: '5' } }, 'filter.tokensUsed.gt', /Int/],
  ['a number with decimals', { tokensUsed: { gt: 1.5 } }, 'filter.tokensUsed.gt', /Int/],
  ['a number beyond 32 bits', { tokensUsed: { lt: 2 ** 31 } }, 'filter.tokensUsed.lt', /32-bit/],
  ['a null in a list', { tokensUsed: { in: [1, null] } }, 'filter.tokensUsed.in', /null/],
])('a filter with %s is refused', async (_, filter, path, right) => {
  await expectRefused(FILTER, filter, path, right);
});

test.each([
  ['2024-01-02T00:00:00Z', '2024-01-01T00:00:00Z'],
  ['2024-01-01T00:00:00Z', '2024-01-01T00:00:00Z'],
  ['2024-01-01T00:00:00Z', '2024-01-01T08:00:00+08:00'],
  ['2024-01-01T00:00:00.000001Z', '2024-01-01T00:00:00Z'],
])('a range from %s to %s, which holds no moment, is refused', async (from, to) => {
  await expectRefused(FILTER, { callTime: { from, to } }, 'filter.callTime.from', /must be before to/);
});

test.each([
  ['without an offset', '2024-01-01T00:00:00', /with an offset/],
  ['without a time', '2024-01-01', /with an offset/],
  ['on 31 February', '2024-02-31T00:00:00Z', /does not exist/],
  ['on 29 February of no leap year', '2023-02-29T00:00:00+08:00', /does not exist/],
  ['in a thirteenth month', '2024-13-01T00:00:00Z', /does not exist/],
  ['at 24:00', '2024-01-01T24:00:00Z', /does not exist/],
  ['in the year 0', '0000-01-01T00:00:00Z', /years 0001 to 9999/],
  ['in the year 0 in UTC', '0001-01-01T00:00:00+08:00', /years 0001 to 9999/],
  ['in the year 10000 in UTC', '9999-12-31T23:59:59-08:00', /years 0001 to 9999/],
  ['at an impossible offset', '2024-01-01T00:00:00+25:00', /with an offset/],
  ['as a number', 1704067200, /string/],
  ['as nothing', '', /with an offset/],
])('a time %s is refused', async (_, time, right) => {
  await expectRefused(FILTER, { callTime: { from: time } }, 'filter.callTime.from', right);
  await expectRefused(FILTER, { or: [{ callTime: { to: time } }] }, 'callTime.to', right);
});

const BAD_IDS: [unknown, RegExp][] = [
  ['abc', /whole number/],
  ['', /whole number/],
  [' 1', /whole number/],
  ['-1', /whole number/],
  [-1, /whole number/],
  ['1.5', /whole number/],
  ['1e3', /whole number/],
  ['0x10', /whole number/],
  ['１', /whole number/],
  ["1' OR '1'='1", /whole number/],
  [1.5, /ID/],
  [true, /ID/],
  ['9223372036854775808', /9223372036854775807/],
  ['1'.repeat(30), /9223372036854775807/],
];

test.each(BAD_IDS)('the id %j is refused wherever an id goes', async (id, right) => {
  await expectRefused(ID, id, 'id', right);
  await expectRefused(FILTER, { id: { eq: id } }, 'filter.id.eq', right);
  await expectRefused(FILTER, { groupId: { in: ['1', id] } }, 'filter.groupId.in', right);
  await expectRefused(FILTER, { not: { configId: { ne: id } } }, 'filter.not.configId.ne', right);
});

test('ids up to 2^63-1 are looked for and not found', async () => {
  const id = '9223372036854775807';
  expect(
    await server.query(
      `query ($id: ID!) { callLog(id: $id) { id } group(id: $id) { id }
        callLogs(filter: { or: [{ id: { eq: $id } }, { groupId: { in: [$id] } }] }) { nodes { id } totalCount } }`,
      { id },
    ),
  ).toEqual({ callLog: null, group: null, callLogs: { nodes: [], totalCount: 0 } });
});

test.each([1001, 2147483647, -1])('a page of %i is refused', async (number) => {
  await expectRefused(size('first'), number, 'first', /first must be from 0 to 1000/);
  await expectRefused(size('last'), number, 'last', /last must be from 0 to 1000/);
});

test.each([1.5, '5', 2 ** 31, true])('a page of %j is refused', async (number) => {
  await expectRefused(size('first'), number, 'first', /Int/);
  await expectRefused(size('last'), number, 'last', /Int/);
});

test.each([
  [10, 10],
  [0, 0],
])('first: %i with last: %i is refused', async (first, last) => {
  for (const list of ['callLogs', 'groups']) {
    expectRefusal(
      await server.send(`{ ${list}(first: ${first}, last: ${last}) { nodes { id } } }`),
      'last',
      /cannot go together with first/,
    );
    const query = `query ($first: Int, $last: Int) { ${list}(first: $first, last: $last) { nodes { id } } }`;
    expectRefusal(await server.send(query, { first, last }), 'last', /cannot go together with first/);
  }
});

test.each([0, -1, 1001, null])('top: %j is refused', async (top) => {
  await expectRefused(TOP, top, 'top', /top must be from 1 to 1000/);
});

test.each([0, 1, 2, -0.5])('the percentile %d is refused', async (p) => {
  await expectRefused(P, p, 'p', /greater than 0 and less than 1/);
});

test.each(['Mars/Olympus', '+08:00', '-0500', 'UTC+8', '', 'asia', "UTC'; --", '\0'])(
  'the time zone %j is refused',
  async (zone) => {
    await expectRefused(TIME_ZONE, zone, 'timeZone', /IANA name such as Asia\/Shanghai/);
  },
);

test('a time zone that is null or no string is refused', async () => {
  await expectRefused(TIME_ZONE, null, 'timeZone', /leave it out for UTC/);
  await expectRefused(TIME_ZONE, 8, 'timeZone', /string/);
});

test('unknown values of orderBy and interval are refused', async () => {
  const orderBy = { argument: 'orderBy', type: 'CallLogOrder! = CALL_TIME_DESC' };
  await expectRefused(
    { ...orderBy, queries: [(value) => `callLogs(orderBy: ${value}) { nodes { id } }`] },
    new EnumName('CALL_TIME'),
    'orderBy',
    /CallLogOrder.*CALL_TIME_ASC/,
  );
  await expectRefused(
    { ...orderBy, queries: [(value) => `callLogs(orderBy: ${value}) { nodes { id } }`] },
    null,
    'orderBy',
    /CallLogOrder!/,
  );
  await expectRefused(
    {
      argument: 'interval',
      type: 'TimeInterval!',
      queries: [(value) => `usage { series(interval: ${value}) { start } }`],
    },
    new EnumName('DAYS'),
    'interval',
    /TimeInterval.*DAY/,
  );
  await expectRefused(
    {
      argument: 'orderBy',
      type: 'UsageOrder',
      queries: [(value) => `usage { byModel(orderBy: ${value}) { model } }`],
    },
    null,
    'orderBy',
    /leave it out/,
  );
});

test('a series of more than 5000 buckets is refused, and one of 5000 is not', async () => {
  const start = Date.parse('2024-01-01T00:00:00Z');
  const minutes = (count: number) => ({
    callTime: { from: '2024-01-01T00:00:00Z', to: new Date(start + count * 60_000).toISOString() },
  });
  const query = `query ($filter: CallLogFilter, $interval: TimeInterval!) {
    usage(filter: $filter) { series(interval: $interval) { start } } }`;
  const most = await server.query(query, { filter: minutes(5000), interval: 'MINUTE' });
  expect(most.usage.series).toHaveLength(5000);
  const more = await server.send(query, { filter: minutes(5001), interval: 'MINUTE' });
  expectRefusal(more, 'interval', /more than 5000 buckets.*longer interval or narrow callTime/);
  const ages = { callTime: { from: '0001-01-01T00:00:00Z', to: '9999-12-31T23:59:59Z' } };
  for (const interval of ['MINUTE', 'HOUR', 'DAY', 'WEEK', 'MONTH', 'QUARTER', 'YEAR']) {
    expectRefusal(await server.send(query, { filter: ages, interval }), 'interval', /more than 5000 buckets/);
  }
});

test.each([-1, 1001, null])('rotations(first: %j) is refused', async (first) => {
  const queries = [(value: string) => `llmConfig { rotations(first: ${value}) { id } }`];
  await expectRefused(
    { argument: 'first', type: 'Int', queries },
    first,
    'first',
    /first must be from 0 to 1000/,
  );
});

test('a variable that is not given where one is needed is refused', async () => {
  const { status, errors } = await server.send('query ($id: ID!) { callLog(id: $id) { id } }');
  expect(status).toBe(400);
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  expect(errors?.[0]?.message).toContain('$id');
});

test.each([
  ['a document that is no GraphQL', '{ callLogs(', 'GRAPHQL_PARSE_FAILED'],
  ['a field that does not exist', '{ callLogs { rows } }', 'GRAPHQL_VALIDATION_FAILED'],
  ['an argument that does not exist', '{ callLogs(limit: 5) { nodes { id } } }', 'GRAPHQL_VALIDATION_FAILED'],
])('%s is answered with status 400 and its own code', async (_, query, code) => {
  const { status, data, errors } = await server.send(query);
  expect(status).toBe(400);
  expect(data).toBeUndefined();
  expect(errors).toMatchObject([{ extensions: { code } }]);
  expect(errors?.[0]?.extensions).not.toHaveProperty('stacktrace');
});

test('an empty filter, a null one and none select all calls', async () => {
  for (const filter of ['', '(filter: {})', '(filter: null)']) {
    const { callLogs } = await server.query(`{ callLogs${filter} { nodes { id } } }`);
    expect(callLogs.nodes).toEqual([{ id: '1' }]);
  }
});

test('one bad field does not take the good ones beside it away', async () => {
  const { data, errors } = await server.send('{ bad: callLog(id: "x") { id } good: callLog(id: 1) { id } }');
  expect(data).toEqual({ bad: null, good: { id: '1' } });
  expect(errors).toMatchObject([{ path: ['bad'], extensions: { code: 'BAD_USER_INPUT', argument: 'id' } }]);
});

test('a text with NUL finds what was recorded with NUL', async () => {
  const { recordCallLog } = await server.query(
    'mutation ($input: RecordCallLogInput!) { recordCallLog(input: $input) { id } }',
    {
      input: {
        requestMessages: [{ role: 'user', content: 'a\0b' }],
        requestParams: { model: 'gpt\0x', stop: ['\0'] },
        activationCode: 'c\0de',
        errorMessage: 'no\0pe',
        status: 'ERROR',
      },
    },
  );
  const filters = [
    { text: 'A\0B' },
    { model: { eq: 'gpt\0x' } },
    { model: { startsWith: 'gpt\0' } },
    { activationCode: { in: ['c\0de'] } },
    { errorMessage: { contains: '\0' } },
    { requestParams: { stop: ['\0'] } },
  ];
  for (const filter of filters) {
    const { callLogs } = await server.query(
      'query ($filter: CallLogFilter) { callLogs(filter: $filter) { nodes { id } totalCount } }',
      { filter },
    );
    expect(callLogs).toEqual({ nodes: [recordCallLog], totalCount: 1 });
  }
});

test('a filter nested 33 levels deep is refused, and one nested thousands deep ends no server', async () => {
  const query = 'query ($filter: CallLogFilter) { callLogs(filter: $filter) { totalCount } }';
  const ask = async (levels: number) => {
    const filter = `${'{"not":'.repeat(levels)}{"status":{"eq":"SUCCESS"}}${'}'.repeat(levels)}`;
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"query":${JSON.stringify(query)},"variables":{"filter":${filter}}}`,
    });
    return response.json();
  };
  expect(await ask(32)).not.toHaveProperty('errors');
  expect(await ask(33)).toMatchObject({
    errors: [{ message: expect.stringContaining('32 levels'), extensions: { code: 'BAD_USER_INPUT' } }],
  });
  for (const levels of [3000, 10_000]) {
    expect(await ask(levels)).toMatchObject({ errors: [{ extensions: { code: expect.any(String) } }] });
  }
  expect(await ask(0)).not.toHaveProperty('errors');
});

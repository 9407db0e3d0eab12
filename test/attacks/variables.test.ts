import { afterEach, describe, expect, test } from '@jest/globals';
import { useTestServer } from '../support/server.js';
import { bearer } from '../support/token.js';

const server = useTestServer();

const FILTER = 'query ($filter: CallLogFilter) { callLogs(filter: $filter) { totalCount } }';
const RECORD = `mutation ($input: RecordCallLogInput!) {
  recordCallLog(input: $input) { requestMessages requestParams responseData } }`;

/** Sends a body as it is written, which JSON.stringify could not write. */
async function sendText(query: string, variables: string) {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...bearer() },
    body: `{ "query": ${JSON.stringify(query)}, "variables": ${variables} }`,
  });
  return await response.json();
}

const INTERNAL = 'INTERNAL_SERVER_ERROR';
const codeOf = ({ errors }: { errors?: any[] }): unknown => errors?.[0]?.extensions.code;

afterEach(async () => {
  expect((await server.send('{ __typename }')).data).toEqual({ __typename: 'Query' });
});

describe('deep variables', () => {
  const nested = (open: string, inner: string, close: string, levels: number) =>
    open.repeat(levels) + inner + close.repeat(levels);

  test.each([40, 1000, 100_000])('a filter nested %i levels deep is refused', async (levels) => {
    const filter = nested('{"not":', '{"text":"a"}', '}', levels);
    expect(codeOf(await sendText(FILTER, `{"filter":${filter}}`))).toBe('BAD_USER_INPUT');
  });

  test.each([1000, 100_000, 1_000_000])(
    'JSON nested %i levels deep is recorded or refused',
    async (levels) => {
      const input = `{"status":"SUCCESS","requestMessages":${nested('[', '', ']', levels)}}`;
      const answer = await sendText(RECORD, `{"input":${input}}`);
      if (answer.errors) expect(codeOf(answer)).toBe('BAD_USER_INPUT');
      else
        expect(JSON.stringify(answer.data.recordCallLog.requestMessages)).toBe(nested('[', '', ']', levels));
    },
  );

  test.each([1000, 100_000])(
    'a condition on JSON nested %i levels deep is answered or refused',
    async (levels) => {
      const filter = `{"requestParams":${nested('{"a":', '1', '}', levels)}}`;
      const answer = await sendText(FILTER, `{"filter":${filter}}`);
      if (answer.errors) expect(codeOf(answer)).toBe('BAD_USER_INPUT');
      else expect(answer.data).toEqual({ callLogs: { totalCount: 0 } });
    },
  );

  test('a value nested deep in the place of a number is refused', async () => {
    const answer = await sendText(
      'query ($n: Int) { callLogs(first: $n) { totalCount } }',
      `{"n":${nested('[', '', ']', 100_000)}}`,
    );
    expect(codeOf(answer)).toBe('BAD_USER_INPUT');
  });
});

describe('large variables', () => {
  const many = (count: number) => Array.from({ length: count }, (_, index) => String(index));

  test('lists of a hundred thousand values are searched for', async () => {
    const filter = { id: { in: many(100_000) }, model: { notIn: many(100_000) } };
    expect((await server.send(FILTER, { filter })).data).toEqual({
      callLogs: { totalCount: expect.any(Number) },
    });
  });

  test.each(['and', 'or'])(
    'five hundred conditions joined by %s are looked for, and one more is refused',
    async (join) => {
      const filter = (count: number) => ({ [join]: many(count).map((text) => ({ text })) });
      expect((await server.send(FILTER, { filter: filter(500) })).data.callLogs.totalCount).toBe(0);
      for (const count of [501, 70_000]) {
        expect(codeOf(await server.send(FILTER, { filter: filter(count) }))).toBe('BAD_USER_INPUT');
      }
    },
  );

  test('five hundred conditions on the calls of each of two hundred groups are looked for', async () => {
    await server.database.orm.em
      .fork()
      .execute(`INSERT INTO groups (name) SELECT n FROM generate_series(1, 200) AS n`);
    const query = `query ($filter: CallLogFilter) {
      groups(first: 200) { nodes { callLogs(filter: $filter, first: 1) { nodes { id } } } } }`;
    const filter = { or: many(500).map((eq) => ({ model: { eq } })) };
    const { data, errors } = await server.send(query, { filter });
    expect(codeOf({ errors: errors ?? [] })).not.toBe(INTERNAL);
    if (!errors) expect(data.groups.nodes).toHaveLength(200);
  });

  test('a text of four million characters is searched for or refused', async () => {
    for (const filter of [{ text: 'a'.repeat(4_000_000) }, { model: { contains: '%'.repeat(4_000_000) } }]) {
      const answer = await server.send(FILTER, { filter });
      if (answer.errors) expect(codeOf(answer)).toMatch(/^(BAD_USER_INPUT|TIMEOUT)$/);
      else expect(answer.data.callLogs.totalCount).toBe(0);
    }
  });

  test('a thousand mistakes are told in few words', async () => {
    const filter = { id: { in: Array.from({ length: 1000 }, () => ({ a: 'x'.repeat(1000) })) } };
    const answer = await server.send(FILTER, { filter });
    expect(codeOf(answer)).toBe('BAD_USER_INPUT');
    expect(JSON.stringify(answer).length).toBeLessThan(50_000);
  });
});

describe('keys of JSON', () => {
  test('that name the prototype are values like others, and change no object', async () => {
    const params = '{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}},"model":"m"}';
    const input = `{"__proto__":{"status":"SUCCESS"},"status":"SUCCESS","requestMessages":[${params}],"requestParams":${params},"responseData":${params}}`;
    const refused = await sendText(RECORD, `{"input":${input}}`);
    expect(codeOf(refused)).toBe('BAD_USER_INPUT');

    const answer = await sendText(
      RECORD,
      `{"input":${input.replace('"__proto__":{"status":"SUCCESS"},', '')}}`,
    );
    for (const stored of Object.values(answer.data.recordCallLog).flat()) {
      expect(JSON.parse(JSON.stringify(stored))).toEqual(JSON.parse(params));
      expect(Object.keys(stored as object).sort()).toEqual(['__proto__', 'constructor', 'model']);
    }
    expect(({} as any).isAdmin).toBeUndefined();
    const found = await sendText(FILTER, `{"filter":{"requestParams":{"__proto__":{"isAdmin":true}}}}`);
    expect(found.data.callLogs.totalCount).toBe(1);
  });

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'then'])(
    '%s names no variable, field or operation',
    async (name) => {
      const answers = [
        await sendText(FILTER, `{"${name}":{"filter":{}},"filter":{"${name}":{}}}`),
        await sendText(
          `query ($${name}: Int) { callLogs(first: $${name}) { totalCount } }`,
          `{"${name}":"x"}`,
        ),
        await sendText(`{ ${name} }`, '{}'),
        await sendText(`{ callLogs { nodes { ${name} { ${name} } } } }`, '{}'),
        await sendText(`{ ...${name} } fragment ${name} on ${name} { ${name} }`, '{}'),
      ];
      for (const answer of answers) {
        expect(codeOf(answer)).toMatch(/^(BAD_USER_INPUT|GRAPHQL_VALIDATION_FAILED)$/);
      }
      expect((await sendText(`{ ${name}: __typename }`, '{}')).data).toEqual(
        JSON.parse(`{"${name}":"Query"}`),
      );
    },
  );

  test('that come twice count as the last one says, in the limits, too', async () => {
    const query = 'query ($first: Int) { callLogs(first: $first) { nodes { id } } }';
    expect(codeOf(await sendText(query, '{"first":1,"first":1001}'))).toBe('BAD_USER_INPUT');
    expect((await sendText(query, '{"first":1001,"first":1}')).errors).toBeUndefined();
  });
});

test.each([
  ...['(a+)+$', '^(([a-z])+.)+[A-Z]([a-z])+$', '(.*)*'.repeat(100), 'a'.repeat(10_000), '%'.repeat(5000)],
  ...['_'.repeat(5000), '\\'.repeat(4999), '%_\\%_\\', '\\', '[[:alpha:]]', "'", '"', '$1', '\u0000'],
])('the pattern %.30s is a text like others', async (pattern) => {
  const filters = [
    { text: pattern },
    { model: { contains: pattern } },
    { model: { startsWith: pattern } },
    { errorMessage: { contains: pattern } },
    { not: { text: pattern } },
  ];
  await server.query('mutation ($input: RecordCallLogInput!) { recordCallLog(input: $input) { id } }', {
    input: { status: 'ERROR', errorMessage: pattern, requestMessages: [{ content: `a${pattern}b` }] },
  });
  for (const filter of filters) {
    const { data, errors } = await server.send(FILTER, { filter });
    expect(errors).toBeUndefined();
    const finds = 'text' in filter || 'errorMessage' in filter;
    if (finds) expect(data.callLogs.totalCount).toBeGreaterThan(0);
  }
});

import { afterEach, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { GraphQLObjectType } from 'graphql';
import { sql } from 'kysely';
import { createSchema } from '../../src/schema.js';
import { rows } from '../support/call-log-arbitraries.js';
import { ORDERS } from '../support/call-log-model.js';
import { replaceRows } from '../support/insert-rows.js';
import { useTestServer, type GraphQLAnswer } from '../support/server.js';
import { collectStatements } from '../support/statements.js';
import { plainRows } from './paging-server.js';

const server = useTestServer();

const CHECK = 'llm_call_logs_status_check';

afterEach(async () => {
  await sql`TRUNCATE llm_call_logs`.execute(server.database.sql);
  await sql`ALTER TABLE llm_call_logs DROP CONSTRAINT IF EXISTS ${sql.ref(CHECK)}`.execute(
    server.database.sql,
  );
  await sql`ALTER TABLE llm_call_logs ADD CONSTRAINT ${sql.ref(CHECK)} CHECK (status IN ('success', 'error'))`.execute(
    server.database.sql,
  );
});

/**
 * The answers to a query where resolvers give the calls, since their edges are asked for as well, and where the database
 * prints them; and the statements of the latter. The query comes often enough for both to be compiled, too.
 *
 * @param list a selection of nodes
 */
async function bothAnswers(
  query: (list: string) => string,
  list: string,
  variables: Record<string, unknown> = {},
) {
  const [, given] = await thrice(query(`${list} edges { node { id } }`), variables);
  const [first, printed, statements] = await thrice(query(list), variables);
  expect(JSON.stringify(printed)).toBe(JSON.stringify(first));
  const plain = withoutEdges(given);
  return { plain, printed, statements, isPrinted: statements.some((one) => /\bAS printed\b/.test(one)) };
}

/** The first answer and the third, which is compiled, with its statements. */
async function thrice(query: string, variables: Record<string, unknown>) {
  const first = await server.send(query, variables);
  await server.send(query, variables);
  let third = first;
  const statements = await collectStatements(async () => (third = await server.send(query, variables)));
  return [first, third, statements] as const;
}

function withoutEdges(answer: GraphQLAnswer): GraphQLAnswer {
  const text = JSON.stringify(answer, (key, value: unknown) => (key === 'edges' ? undefined : value));
  return JSON.parse(text) as GraphQLAnswer;
}

const ARGUMENTS =
  '$order: CallLogOrder!, $first: Int, $last: Int, $after: String, $before: String, $filter: CallLogFilter';
const PASSED = 'orderBy: $order, first: $first, last: $last, after: $after, before: $before, filter: $filter';
const INFO = 'pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';

/** In the order of the answer, since that is part of it. */
const FIELDS = [
  ...['id', 'number: id', 'configId', 'templateId', 'groupId', 'activationCode', 'status', 'how: status'],
  ...['errorMessage', 'tokensUsed', 'promptTokens', 'completionTokens', 'callTime', 'durationMs', 'model'],
  ...['requestMessages', 'responseContent', 'said: responseContent', 'responseData'],
  ...['requestParams', '__typename', 'group { name }', 'team: group { id __typename called: name }'],
  ...['...Part', '... on CallLog { status group { id } }'],
];

const selection = fc.shuffledSubarray(FIELDS, { minLength: 1 }).map((fields) => {
  const part = fields.includes('...Part')
    ? ' fragment Part on CallLog { tokensUsed id group { id name } }'
    : '';
  return { fields: fields.join(' '), part };
});

test('pages that the database prints are those that resolvers give, whatever is selected of them', async () => {
  const cases = fc.record({
    all: rows,
    order: fc.constantFrom(...ORDERS),
    selected: selection,
    size: fc.integer({ min: 0, max: 12 }),
    backward: fc.boolean(),
    from: fc.option(fc.nat(20)),
  });
  let printed = 0;
  await fc.assert(
    fc.asyncProperty(cases, async ({ all, order, selected, size, backward, from }) => {
      await replaceRows(server.database, all);
      const { callLogs } = await server.query(
        'query ($order: CallLogOrder!) { callLogs(orderBy: $order) { edges { cursor } } }',
        { order },
      );
      const cursor: unknown = from === null ? null : callLogs.edges[from]?.cursor;
      const wanted = backward ? { last: size, before: cursor } : { first: size, after: cursor };
      const { fields, part } = selected;
      const query = (list: string) =>
        `query (${ARGUMENTS}) { callLogs(${PASSED}) { ${list} ${INFO} } }${part}`;
      const answers = await bothAnswers(query, `nodes { ${fields} }`, { order, ...wanted });
      expect(JSON.stringify(answers.printed)).toBe(JSON.stringify(answers.plain));
      expect(answers.isPrinted).toBe(true);
      printed += (answers.plain.data.callLogs.nodes as unknown[]).length;
    }),
    { numRuns: 80 },
  );
  expect(printed).toBeGreaterThan(0);
});

test('those are all the fields of a call', async () => {
  const type = (await createSchema()).getType('CallLog') as GraphQLObjectType;
  const tested = FIELDS.map((field) => /^[a-zA-Z]+$|^group\b/.exec(field)?.[0] ?? 'id');
  expect(new Set(tested)).toEqual(new Set(Object.keys(type.getFields())));
});

test('every character comes as it was recorded', async () => {
  const ascii = Array.from({ length: 0xff }, (_, index) => String.fromCodePoint(index + 1)).join('');
  const texts = [ascii, '"\\"', ',\n', '},\n{', '\u2028\u2029\ufeff\uffff', '😀日本', ''];
  const nodes = texts.map((text) => ({ errorMessage: text, responseContent: text }));
  await replaceRows(server.database, plainRows(nodes));
  const query = (list: string) => `query { callLogs(orderBy: CALL_TIME_ASC) { ${list} } }`;
  const { printed, isPrinted } = await bothAnswers(query, 'nodes { errorMessage responseContent }');
  expect(printed).toMatchObject({ data: { callLogs: { nodes } } });
  expect(isPrinted).toBe(true);
});

test('a page without calls is printed like any other', async () => {
  await replaceRows(server.database, []);
  const query = (list: string) => `query { callLogs { ${list} ${INFO} } }`;
  const { plain, printed, statements } = await bothAnswers(query, 'nodes { id }');
  expect(printed).toEqual(plain);
  expect(statements).toHaveLength(1);
});

test('edges of a page are given by resolvers, each call with its cursor', async () => {
  await replaceRows(server.database, plainRows([{}, {}, {}]));
  const { callLogs } = await server.query(`{ callLogs { edges { cursor node { id } } nodes { id } } }`);
  expect(callLogs.edges.map(({ node }: { node: unknown }) => node)).toEqual(callLogs.nodes);
  const [edge] = callLogs.edges;
  const after = await server.query(
    'query ($after: String) { callLogs(after: $after) { nodes { id } edges { cursor } } }',
    { after: edge.cursor },
  );
  expect(after.callLogs.nodes).toEqual(callLogs.nodes.slice(1));
  expect(after.callLogs.edges).toEqual(
    callLogs.edges.slice(1).map(({ cursor }: { cursor: string }) => ({ cursor })),
  );
});

test.each(['id', 'responseContent requestMessages id'])(
  'the calls of several groups are printed by one statement: %s',
  async (fields) => {
    const all = plainRows(Array.from({ length: 9 }, (_, index) => ({ groupId: 1 + (index % 3) })));
    await replaceRows(server.database, all);
    const query = (list: string) =>
      `query { groups { nodes { name callLogs(first: 2) { ${list} pageInfo { endCursor } } } } }`;
    const { plain, printed, isPrinted } = await bothAnswers(query, `nodes { ${fields} }`);
    expect(printed).toEqual(plain);
    expect(isPrinted).toBe(true);
    expect(plain.data.groups.nodes).toContainEqual(
      expect.objectContaining({
        name: 'two',
        callLogs: expect.objectContaining({
          nodes: [expect.objectContaining({ id: '8' }), expect.objectContaining({ id: '5' })],
        }),
      }),
    );
  },
);

test('a value that its field does not allow is told of as ever', async () => {
  await sql`ALTER TABLE llm_call_logs DROP CONSTRAINT ${sql.ref(CHECK)}`.execute(server.database.sql);
  const odd = plainRows([{}, { status: 'odd' as 'error' }, {}]);
  await replaceRows(server.database, odd);
  const query = (list: string) => `query { callLogs { ${list} pageInfo { hasNextPage } } }`;
  const { plain, printed } = await bothAnswers(query, 'nodes { id status }');
  expect(plain.errors).toMatchObject([{ path: ['callLogs', 'nodes', 1, 'status'] }]);
  expect(printed.data).toEqual(plain.data);
  expect(printed.errors).toMatchObject([
    { message: plain.errors?.[0]?.message, path: ['callLogs', 'nodes', 1, 'status'] },
  ]);
});

test('different bodies of the same calls come from one statement each', async () => {
  await replaceRows(server.database, plainRows([{ responseContent: '"Hello"' }, {}]));
  const query = (list: string) => `query {
    said: callLogs { nodes { responseContent } }
    asked: callLogs { nodes { requestMessages } }
    both: callLogs { ${list} }
  }`;
  const list = 'nodes { requestMessages responseContent }';
  const { plain, printed, isPrinted } = await bothAnswers(query, list);
  expect(printed).toEqual(plain);
  expect(plain.data.said.nodes).toContainEqual({ responseContent: '"Hello"' });
  expect(isPrinted).toBe(true);
});

test('a body may go by as many names as a document may give', async () => {
  await replaceRows(server.database, plainRows([{ responseContent: 'Größe' }]));
  const names = Array.from({ length: 99 }, (_, index) => `name${index}`);
  const fields = names.map((name) => `${name}: responseContent`).join(' ');
  const query = (list: string) => `query { callLogs { ${list} } }`;
  const { plain, printed } = await bothAnswers(query, `nodes { ${fields} }`);
  const node = Object.fromEntries(names.map((name) => [name, 'Größe']));
  expect(plain).toMatchObject({ data: { callLogs: { nodes: [node] } } });
  expect(printed).toEqual(plain);
});

test("JSON's null, which other programs may write, is no messages and no data", async () => {
  await replaceRows(server.database, plainRows([{}]));
  await sql`UPDATE llm_call_logs SET request_messages = 'null', response_data = 'null'`.execute(
    server.database.sql,
  );
  const query = (list: string) => `query { callLogs { ${list} } }`;
  const { plain, printed, isPrinted } = await bothAnswers(query, 'nodes { requestMessages responseData }');
  expect(plain.data.callLogs.nodes).toEqual([{ requestMessages: [], responseData: null }]);
  expect(printed).toEqual(plain);
  expect(isPrinted).toBe(true);
});

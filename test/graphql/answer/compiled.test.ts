import { beforeAll, expect, test } from '@jest/globals';
import { getIntrospectionQuery } from 'graphql';
import { sql } from 'kysely';
import { plainRows } from '../../call-logs/paging-server.js';
import { replaceRows } from '../../support/insert-rows.js';
import { useTestServer } from '../../support/server.js';

const server = useTestServer();

beforeAll(async () => {
  const rows = ['gpt-4o', 'o3', 'gpt-4o', null].map((model, index) => ({
    groupId: index === 3 ? null : 1,
    requestMessages: [{ role: 'user', content: `Frage ${index}` }],
    requestParams: model === null ? null : { model },
    tokensUsed: 10 * index,
    status: index === 2 ? ('error' as const) : ('success' as const),
  }));
  await replaceRows(server.database, plainRows(rows));
});

const LIST = `query ($filter: CallLogFilter, $first: Int, $order: CallLogOrder! = CALL_TIME_ASC, $after: String) {
  callLogs(filter: $filter, first: $first, orderBy: $order, after: $after) {
    totalCount
    edges { cursor node { ...Parts } }
    nodes { id ... on CallLog { model group { id name usage { totals { calls } } } } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
fragment Parts on CallLog { id status callTime requestMessages requestParams responseContent tokensUsed }`;

const OPTIONAL = `query ($some: Boolean!) {
  viewer { name }
  groups { nodes { id } }
  groups @include(if: $some) { nodes { name ... @skip(if: $some) { usage { totals { calls } } } } }
}`;

const BY = `query ($zone: TimeZone! = "UTC") {
  usage { totals { calls } byGroup { group { name } usage { totals { tokensUsed } } } byModel { model usage { totals { calls } } } series(interval: DAY, timeZone: $zone) { start usage { totals { calls } } } }
}`;

test.each<[string, string, Record<string, unknown>[]]>([
  [
    'a list',
    LIST,
    [{}, { first: 2 }, { first: 2, order: 'TOKENS_USED_DESC' }, { filter: null, after: null }],
  ],
  [
    'filters within filters',
    LIST,
    [{ filter: { or: [{ model: { eq: 'o3' } }, { not: { groupId: { eq: '1' } } }] } }],
  ],
  [
    'variables that are wrong',
    LIST,
    [{ first: 'two' }, { order: null }, { filter: { status: { eq: 'OK' } } }, { first: -1 }],
  ],
  ['fields that may be left out', OPTIONAL, [{ some: true }, { some: false }]],
  ['breakdowns', BY, [{}, { zone: 'Asia/Kathmandu' }, { zone: 'Nowhere' }]],
  [
    'errors in a part',
    '{ first: callLogs(first: 1) { nodes { id } } callLogs(after: "forged") { nodes { id } } }',
    [{}],
  ],
  [
    'a call that is not there',
    'query ($id: ID!) { callLog(id: $id) { id group { name } } }',
    [{ id: '1' }, { id: '99' }, { id: 'x' }],
  ],
  [
    'any names',
    '{ __proto__: viewer { constructor: name toString: name __proto__: name then: name } }',
    [{}],
  ],
  ['the schema', getIntrospectionQuery(), [{}]],
])('%s: a query gives the same each time it comes, compiled or not', async (_, query, variables) => {
  const answers = [];
  // What comes for the first time is not compiled.
  for (const given of variables)
    answers.push(await server.send(`${query} # ${JSON.stringify(given)}`, given));
  for (let time = 0; time < 3; time += 1) {
    for (const [index, given] of variables.entries()) {
      expect(await server.send(query, given)).toEqual(answers[index]);
    }
  }
});

const MESSAGES = 'requestMessages: [], status: SUCCESS';

/** What a mutation answers, each of the three times that it is sent, and how many calls it records by that. */
async function sendThrice(mutation: string, variables: Record<string, unknown> = {}) {
  await replaceRows(server.database, []);
  const answers = [];
  for (let time = 0; time < 3; time += 1) answers.push(await server.send(mutation, variables));
  const { rows } = await sql<{ calls: number }>`SELECT count(*)::integer AS calls FROM llm_call_logs`.execute(
    server.database.sql,
  );
  return { answers, recorded: rows[0]?.calls };
}

test('a mutation is done once each time it comes, compiled or not', async () => {
  const { answers, recorded } = await sendThrice(
    `mutation ($group: ID) {
      recordCallLog(input: { groupId: $group, tokensUsed: 7, ${MESSAGES} }) { tokensUsed group { name } requestMessages }
    }`,
    { group: '1' },
  );
  const recordCallLog = { tokensUsed: 7, group: { name: 'one' }, requestMessages: [] };
  expect(answers.map(({ data }) => data)).toEqual(Array(3).fill({ recordCallLog }));
  expect(recorded).toBe(3);
});

test('one that fails says the same each time', async () => {
  const { answers, recorded } = await sendThrice(
    `mutation { called: recordCallLog(input: { groupId: 99, ${MESSAGES} }) { id } }`,
  );
  expect(answers[0]?.errors).toMatchObject([{ path: ['called'], extensions: { code: 'BAD_USER_INPUT' } }]);
  expect(answers).toEqual(Array(3).fill(answers[0]));
  expect(recorded).toBe(0);
});

test('of several in one operation, what follows one that failed is never done', async () => {
  const { answers, recorded } = await sendThrice(
    `mutation {
      first: recordCallLog(input: { ${MESSAGES} }) { tokensUsed }
      bad: recordCallLog(input: { groupId: 99, ${MESSAGES} }) { id }
      last: recordCallLog(input: { ${MESSAGES} }) { id }
    }`,
  );
  expect(answers[0]).toMatchObject({ data: null, errors: [{ path: ['bad'] }] });
  expect(answers).toEqual(Array(3).fill(answers[0]));
  expect(recorded).toBe(3);
});

import { beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { useTestServer } from '../support/server.js';
import { collectStatements } from '../support/statements.js';

const server = useTestServer();

beforeAll(async () => {
  await sql`INSERT INTO groups (name) SELECT 'group ' || n FROM generate_series(1, 20) AS n`.execute(
    server.database.sql,
  );
  await sql`
    INSERT INTO llm_call_logs (request_messages, response_content, response_data, status, group_id, call_time)
    SELECT '["hello"]', 'good', '{"model": "gpt-x"}', 'success', 1 + n % 20, timestamp '2024-01-01' + n * interval '1 s'
    FROM generate_series(1, 200) AS n`.execute(server.database.sql);
});

const BODIES = /request_messages|request_params|response_content|response_data/;

/** The columns that a statement gives back, as they stand between SELECT and FROM. */
function selectList(statement: string | undefined): string {
  return /\bSELECT (.*?) FROM llm_call_logs/.exec(statement ?? '')?.[1] ?? '';
}

test('a list that shows no bodies reads no bodies', async () => {
  const statements = await collectStatements(() =>
    server.query(`{ callLogs(filter: { groupId: { eq: 3 } }) {
      edges { cursor node { id status tokensUsed callTime } } pageInfo { hasNextPage endCursor }
    } }`),
  );
  expect(statements).toHaveLength(1);
  expect(statements[0]).not.toMatch(BODIES);
});

test('a list reads the columns that are selected, through aliases and fragments alike, and no others', async () => {
  const statements = await collectStatements(() =>
    server.query(`
      query ($no: Boolean = false) {
        callLogs {
          some: nodes { text: responseContent ...Tokens requestMessages @include(if: $no) }
          edges { node { ... on CallLog { status } } }
        }
      }
      fragment Tokens on CallLog { tokensUsed promptTokens @skip(if: $no) }`),
  );
  expect(statements).toHaveLength(1);
  expect(selectList(statements[0]).split(', ').sort()).toEqual([
    // For the cursors.
    'call_time AS "callTime"',
    'id AS "id"',
    'prompt_tokens AS "promptTokens"',
    'response_content AS "responseContent"',
    'status AS "status"',
    'tokens_used AS "tokensUsed"',
  ]);
});

test('every field arrives where a selection is spread over several nodes and edges', async () => {
  const { callLogs } = await server.query(`{ callLogs(first: 1) {
    nodes { id } nodes { responseContent } edges { node { model } } again: edges { node { group { name } } }
  } }`);
  expect(callLogs).toEqual({
    nodes: [{ id: '200', responseContent: 'good' }],
    edges: [{ node: { model: 'gpt-x' } }],
    again: [{ node: { group: { name: 'group 1' } } }],
  });
});

test('one call by its number reads only what is selected', async () => {
  const statements = await collectStatements(() => server.query('{ callLog(id: 7) { status } }'));
  expect(statements).toHaveLength(1);
  expect(statements[0]).not.toMatch(BODIES);
});

test.each([1, 10, 200])('the groups of a page of %i calls cost no statement of their own', async (size) => {
  const statements = await collectStatements(async () => {
    const { callLogs } = await server.query(
      'query ($size: Int) { callLogs(first: $size) { nodes { id group { id name } } } }',
      { size },
    );
    expect(callLogs.nodes).toHaveLength(size);
    for (const { id, group } of callLogs.nodes) {
      expect(group).toEqual({ id: `${1 + (Number(id) % 20)}`, name: `group ${1 + (Number(id) % 20)}` });
    }
  });
  expect(statements).toHaveLength(1);
});

test('neither count nor usage is computed where it is not selected', async () => {
  const statements = await collectStatements(() => server.query('{ callLogs { nodes { id } } }'));
  expect(statements.filter((statement) => /count\(\*\) AS|sum\(/.test(statement))).toEqual([]);
  expect(statements).toHaveLength(1);
});

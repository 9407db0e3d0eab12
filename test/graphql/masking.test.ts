import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { useTestServer } from '../support/server.js';

const server = useTestServer();

const RENAMES = [
  ['llm_call_logs', 'tokens_used'],
  ['groups', 'name'],
  ['llm_configs', 'api_key'],
] as const;

/** Breaks the database in a way that no client is to blame for. */
beforeEach(async () => {
  await sql`INSERT INTO groups (id, name) VALUES (1, 'one') ON CONFLICT DO NOTHING`.execute(
    server.database.sql,
  );
  await sql`INSERT INTO llm_configs (id, api_key) VALUES (1, 'sk-1') ON CONFLICT DO NOTHING`.execute(
    server.database.sql,
  );
  for (const [table, column] of RENAMES) {
    await sql`ALTER TABLE ${sql.table(table)} RENAME ${sql.ref(column)} TO broken`.execute(
      server.database.sql,
    );
  }
});

afterEach(async () => {
  for (const [table, column] of RENAMES) {
    await sql`ALTER TABLE ${sql.table(table)} RENAME broken TO ${sql.ref(column)}`.execute(
      server.database.sql,
    );
  }
});

const INPUT = '{ requestMessages: ["a secret prompt"], status: SUCCESS }';

test.each([
  ['a list of calls', '{ it: callLogs { nodes { tokensUsed } } }'],
  ['a list of calls in an order', '{ it: callLogs(orderBy: TOKENS_USED_ASC) { nodes { id } } }'],
  ['one call', '{ it: callLog(id: 1) { tokensUsed } }'],
  ['a count', '{ it: callLogs(filter: { tokensUsed: { gt: 5 } }) { totalCount } }'],
  ['usage', '{ it: usage(filter: { tokensUsed: { gt: 5 } }) { totals { tokensUsed } } }'],
  ['a group', '{ it: group(id: 1) { name } }'],
  ['a list of groups', '{ it: groups { nodes { name } } }'],
  ['the configuration', '{ it: llmConfig { apiKeyFingerprint } }'],
  ['recording a call', `mutation { it: recordCallLog(input: ${INPUT}) { id } }`],
  ['recording calls', `mutation { it: recordCallLogs(input: [${INPUT}]) { recorded } }`],
  ['making a group', 'mutation { it: createGroup(name: "a secret prompt") { id } }'],
  ['a rotation', 'mutation { it: rotateApiKey(input: { newApiKey: "a-secret-key" }) { __typename } }'],
])('%s that fails unexpectedly is answered with a request id and nothing from inside', async (_, query) => {
  // What comes again is run in another way.
  for (const { status, data, errors } of [await server.send(query), await server.send(query)]) {
    expect(status).toBe(200);
    expect(data?.it ?? null).toBeNull();
    expect(errors).toHaveLength(1);
    const [error] = errors ?? [];
    expect(error?.extensions).toEqual({
      code: 'INTERNAL_SERVER_ERROR',
      requestId: expect.stringMatching(/./),
    });
    expect(error?.message).toBe(
      'Something went wrong on the server. Its log has the details under the requestId.',
    );
    expect(JSON.stringify(error?.extensions)).not.toMatch(/stack|sql|secret/i);
  }
});

test('each request that fails has an id of its own', async () => {
  const ids = new Set<unknown>();
  for (let count = 0; count < 5; count++) {
    const { errors } = await server.send('{ llmConfig { apiKeyFingerprint } }');
    ids.add(errors?.[0]?.extensions['requestId']);
  }
  expect(ids.size).toBe(5);
});

test('what does not touch the broken part is answered beside it', async () => {
  const { data, errors } = await server.send('{ callLogs { nodes { id } } group(id: 1) { name } }');
  expect(data).toEqual({ callLogs: { nodes: [] }, group: null });
  expect(errors).toMatchObject([{ path: ['group'], extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
});

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { FastifyInstance } from 'fastify';
import { sql } from 'kysely';
import type { AddressInfo } from 'node:net';
import { openDatabase, type Database } from '../../src/database/database.js';
import { entities } from '../../src/entities.js';
import { createServer } from '../../src/server.js';
import { filter, rows } from '../support/call-log-arbitraries.js';
import { ORDERS, type ModelRow } from '../support/call-log-model.js';
import { createTestDatabase, dropTestDatabase } from '../support/database.js';
import { replaceRows } from '../support/insert-rows.js';
import { post } from '../support/post.js';
import { useTestServer } from '../support/server.js';
import { newToken } from '../support/token.js';
import { TEST_CONFIG } from '../support/test-config.js';

/** Holds the calls of all groups. */
// One query asks for all that a caller can see, which is more than a request may cost.
const limits = { cost: Infinity };
const server = useTestServer(() => ({ limits }));

/** Another server, whose database holds the calls and groups alone that a limited caller may see. */
const narrow = {} as { url: string; databaseUrl: string; database: Database; app: FastifyInstance };

const LIMITS = [['1'], ['2'], ['3'], ['1', '2'], ['1', '3'], ['2', '3'], ['1', '2', '3']];
const tokens = new Map<string, string>();

beforeAll(async () => {
  narrow.databaseUrl = await createTestDatabase();
  narrow.database = await openDatabase(narrow.databaseUrl, entities, 5);
  narrow.app = await createServer({ ...TEST_CONFIG, limits }, narrow.database);
  await narrow.app.listen({ host: '127.0.0.1', port: 0 });
  narrow.url = `http://127.0.0.1:${(narrow.app.server.address() as AddressInfo).port}`;
  await replaceRows(server.database, []);
  for (const groupIds of LIMITS) {
    tokens.set(groupIds.join(), await newToken(server.database, { groupIds }));
  }
});
afterAll(async () => {
  await narrow.app.close();
  await narrow.database.close();
  await dropTestDatabase(narrow.databaseUrl);
});

/** The calls and groups, but only those of some groups. */
async function narrowTo(groupIds: string[], all: ModelRow[]): Promise<void> {
  const own = all.filter(({ groupId }) => groupIds.includes(String(groupId)));
  await replaceRows(narrow.database, own);
  await sql`DELETE FROM groups WHERE NOT id = ANY(${groupIds}::integer[])`.execute(narrow.database.sql);
}

const TOTALS = `totals { calls successes errors errorRate tokensUsed promptTokens completionTokens averageTokensUsed
  averageDurationMs durationMsPercentile(p: 0.9) firstCallTime lastCallTime }`;
const PARTS = `byStatus { status usage { ${TOTALS} } }
  byGroup(top: 2) { group { id name usage { ${TOTALS} } } usage { ${TOTALS} byModel { model usage { ${TOTALS} } } } }
  byModel(orderBy: CALLS_DESC) { model usage { ${TOTALS} byStatus { status usage { ${TOTALS} } } } }
  byConfig(orderBy: ERRORS_DESC) { configId usage { ${TOTALS} } }
  byActivationCode(top: 3) { activationCode usage { ${TOTALS} } }
  series(interval: MONTH, timeZone: "Europe/Berlin") { start end usage { ${TOTALS} byGroup { group { id } usage { ${TOTALS} } } } }
  previous { ${TOTALS} byGroup { group { name } usage { ${TOTALS} } } }`;
const PAGE = `totalCount edges { cursor node { id group { id name } groupId model tokensUsed responseContent } }
  nodes { id group { usage { totals { calls } } } } usage { ${TOTALS} ${PARTS} }
  pageInfo { hasNextPage hasPreviousPage startCursor endCursor }`;

const QUERY = `query ($filter: CallLogFilter, $orderBy: CallLogOrder!, $first: Int, $last: Int, $after: String,
    $before: String, $id: ID!, $group: ID!) {
  callLogs(filter: $filter, orderBy: $orderBy, first: $first, last: $last, after: $after, before: $before) { ${PAGE} }
  usage(filter: $filter) { ${TOTALS} ${PARTS} }
  callLog(id: $id) { id group { name } requestMessages }
  group(id: $group) { name usage(filter: $filter) { ${TOTALS} ${PARTS} }
    callLogs(filter: $filter, orderBy: $orderBy, first: $first, last: $last) { ${PAGE} } }
  groups { totalCount nodes { id name usage(filter: $filter) { ${TOTALS} } callLogs(first: 2) { nodes { id } } }
    edges { cursor } pageInfo { startCursor endCursor hasNextPage } } }`;

const CURSORS = `query ($orderBy: CallLogOrder!) { callLogs(orderBy: $orderBy) { edges { cursor } } }`;

const asked = fc.record({
  all: rows,
  limit: fc.constantFrom(...LIMITS),
  filter: fc.option(filter, { nil: undefined }),
  orderBy: fc.constantFrom(...ORDERS),
  page: fc.oneof(fc.record({ first: fc.nat(5) }), fc.record({ last: fc.nat(5) }), fc.constant({})),
  side: fc.constantFrom('after', 'before', 'neither'),
  place: fc.nat(39),
  id: fc.integer({ min: 1, max: 40 }).map(String),
  group: fc.constantFrom('1', '2', '3', '4'),
});

test('whatever a limited caller asks is what an unlimited one gets where there is nothing else', async () => {
  let differing = 0;
  await fc.assert(
    fc.asyncProperty(asked, async ({ all, limit, page, side, place, ...variables }) => {
      await replaceRows(server.database, all);
      await narrowTo(limit, all);
      // Of a caller who sees all.
      const { callLogs } = await server.query(CURSORS, { orderBy: variables.orderBy });
      const cursor = callLogs.edges[place % Math.max(1, callLogs.edges.length)]?.cursor;
      const given = { ...variables, ...page, ...(side !== 'neither' && { [side]: cursor }) };

      const limited = await server.send(QUERY, given, tokens.get(limit.join()));
      const unlimited = await post(narrow.url, QUERY, given);
      expect(limited).toEqual(unlimited);
      expect(limited.errors).toBeUndefined();
      const everything = await server.send(QUERY, given);
      if (JSON.stringify(everything) !== JSON.stringify(limited)) differing += 1;
    }),
    { numRuns: 60 },
  );
  // The limits made a difference, or this would prove nothing.
  expect(differing).toBeGreaterThan(20);
}, 240_000);

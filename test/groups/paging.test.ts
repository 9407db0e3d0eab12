import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sql } from 'kysely';
import { type Page } from '../call-logs/paging-server.js';
import { rows } from '../support/call-log-arbitraries.js';
import { idsInOrder, ORDERS } from '../support/call-log-model.js';
import { replaceRows } from '../support/insert-rows.js';
import { useTestServer } from '../support/server.js';

const server = useTestServer();

test('the calls of a group are walked like those of the whole log', async () => {
  const cases = fc.tuple(rows, fc.constantFrom(...ORDERS), fc.integer({ min: 1, max: 10 }));
  await fc.assert(
    fc.asyncProperty(cases, async ([all, order, size]) => {
      await replaceRows(server.database, all);
      for (const group of [1, 2]) {
        const visited: string[] = [];
        let after: string | null = null;
        do {
          const data: { group: { callLogs: { nodes: { id: string }[]; pageInfo: Page['pageInfo'] } } } =
            await server.query(
              `query ($group: ID!, $order: CallLogOrder!, $size: Int, $after: String) {
                group(id: $group) {
                  callLogs(orderBy: $order, first: $size, after: $after) {
                    totalCount nodes { id } pageInfo { hasNextPage endCursor }
                  }
                }
              }`,
              { group, order, size, after },
            );
          const { nodes, pageInfo } = data.group.callLogs;
          visited.push(...nodes.map(({ id }) => id));
          after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
        } while (after !== null);
        const own = all.filter((row) => row.groupId === group);
        expect(visited).toEqual(idsInOrder(own, order));
      }
    }),
    { numRuns: 20 },
  );
});

test('groups are walked by name and then by number, with equal names and names in any script', async () => {
  await replaceRows(server.database, []);
  const names = [
    '数据',
    '数据',
    '日本語',
    'apple',
    'Apple',
    'ápple',
    '',
    ' ',
    '🙂',
    '한국',
    'zebra',
    '数据',
    "o'hara",
  ];
  await sql`DELETE FROM groups`.execute(server.database.sql);
  await sql`INSERT INTO groups (name) SELECT unnest(${names}::text[])`.execute(server.database.sql);
  const ordered = await sql<{ id: number }>`SELECT id FROM groups ORDER BY name, id`.execute(
    server.database.sql,
  );
  const expected = ordered.rows.map(({ id }) => String(id));
  expect(expected).toHaveLength(names.length);
  for (const size of [1, 2, 5, 13]) {
    for (const direction of ['forward', 'backward']) {
      const visited: string[] = [];
      let cursor: string | null = null;
      do {
        const {
          groups,
        }: { groups: { totalCount: number; nodes: { id: string }[]; pageInfo: Page['pageInfo'] } } =
          await server.query(
            `query ($first: Int, $after: String, $last: Int, $before: String) {
              groups(first: $first, after: $after, last: $last, before: $before) {
                totalCount nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
              }
            }`,
            direction === 'forward' ? { first: size, after: cursor } : { last: size, before: cursor },
          );
        expect(groups.totalCount).toBe(names.length);
        const ids = groups.nodes.map(({ id }) => id);
        if (direction === 'forward') visited.push(...ids);
        else visited.unshift(...ids);
        const { hasNextPage, hasPreviousPage, startCursor, endCursor } = groups.pageInfo;
        cursor =
          direction === 'forward' ? (hasNextPage ? endCursor : null) : hasPreviousPage ? startCursor : null;
      } while (cursor !== null);
      expect(visited).toEqual(expected);
    }
  }
});

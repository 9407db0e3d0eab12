import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sql } from 'kysely';
import { rows } from '../support/call-log-arbitraries.js';
import { idsInOrder, ORDERS } from '../support/call-log-model.js';
import { replaceRows } from '../support/insert-rows.js';
import { plainRows, usePagingServer } from './paging-server.js';

const { server, pageOf, walk } = usePagingServer();

test('walking forward and backward visits every call once, in each order and for pages of any size', async () => {
  const cases = fc.tuple(rows, fc.constantFrom(...ORDERS), fc.integer({ min: 1, max: 45 }));
  await fc.assert(
    fc.asyncProperty(cases, async ([all, order, size]) => {
      await replaceRows(server.database, all);
      const expected = idsInOrder(all, order);
      expect(await walk(order, size, 'forward')).toEqual(expected);
      expect(await walk(order, size, 'backward')).toEqual(expected);
    }),
    { numRuns: 60 },
  );
});

test.each(ORDERS)('in the order %s, equal values and missing ones are walked one by one', async (order) => {
  const all = plainRows(
    [5, null, 5, 1, null, 5, null, 1, 1, null].map((value) => ({
      callTime: `2024-01-01T00:00:0${value ?? 9}.000000Z`,
      tokensUsed: value,
      durationMs: value,
    })),
  );
  await replaceRows(server.database, all);
  for (const size of [1, 2, 3, 9, 10, 11]) {
    expect(await walk(order, size, 'forward')).toEqual(idsInOrder(all, order));
    expect(await walk(order, size, 'backward')).toEqual(idsInOrder(all, order));
  }
});

test('any two cursors enclose what lies between them, from both ends', async () => {
  const cases = fc.tuple(
    rows.filter((all) => all.length > 1),
    fc.constantFrom(...ORDERS),
    fc.nat(),
    fc.nat(),
    fc.integer({ min: 0, max: 10 }),
  );
  await fc.assert(
    fc.asyncProperty(cases, async ([all, order, one, other, size]) => {
      await replaceRows(server.database, all);
      const { ids, cursors } = await pageOf({ order, first: 1000 });
      expect(ids).toEqual(idsInOrder(all, order));
      const [from, to] = [one % ids.length, other % ids.length];
      const [after, before] = [cursors[from] ?? '', cursors[to] ?? ''];
      const between = ids.slice(from + 1, Math.max(to, from + 1));

      const fromStart = await pageOf({ order, first: size, after, before });
      expect(fromStart.ids).toEqual(between.slice(0, size));
      expect(fromStart.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: true });
      const fromEnd = await pageOf({ order, last: size, after, before });
      expect(fromEnd.ids).toEqual(between.slice(Math.max(between.length - size, 0)));
      expect(fromEnd.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: true });
    }),
    { numRuns: 40 },
  );
});

test('calls whose times differ by a microsecond are told apart by cursors', async () => {
  const all = plainRows(
    ['000002', '000000', '000001', '000003', '000002'].map((micro) => ({
      callTime: `2024-01-01T00:00:00.${micro}Z`,
    })),
  );
  await replaceRows(server.database, all);
  for (const order of ['CALL_TIME_DESC', 'CALL_TIME_ASC']) {
    expect(await walk(order, 1, 'forward')).toEqual(idsInOrder(all, order));
    expect(await walk(order, 1, 'backward')).toEqual(idsInOrder(all, order));
  }
});

test('cursors keep their place while calls are recorded in between', async () => {
  await replaceRows(server.database, plainRows(Array.from({ length: 6 }, () => ({}))));
  const first = await pageOf({ first: 3 });
  expect(first.ids).toEqual(['6', '5', '4']);
  for (const callTime of ['2024-01-01 00:00:59', '2024-01-01 00:00:02.5']) {
    await sql`INSERT INTO llm_call_logs (request_messages, status, call_time)
      VALUES ('[]', 'success', ${callTime}::timestamp)`.execute(server.database.sql);
  }
  const second = await pageOf({ first: 3, after: first.pageInfo.endCursor });
  // The newest call came before the cursor and is not seen; the other one takes its place.
  expect(second.ids).toEqual(['9', '3', '2']);
  expect((await pageOf({ first: 3, after: second.pageInfo.endCursor })).ids).toEqual(['1']);
  expect((await pageOf({ last: 3, before: first.pageInfo.startCursor })).ids).toEqual(['8']);
});

test('a cursor works on after its own call was deleted', async () => {
  await replaceRows(server.database, plainRows(Array.from({ length: 5 }, () => ({}))));
  const { cursors } = await pageOf({});
  await sql`DELETE FROM llm_call_logs WHERE id = 3`.execute(server.database.sql);
  expect((await pageOf({ after: cursors[2] ?? '' })).ids).toEqual(['2', '1']);
  expect((await pageOf({ last: 5, before: cursors[2] ?? '' })).ids).toEqual(['5', '4']);
});

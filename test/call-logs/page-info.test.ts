import { expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { replaceRows } from '../support/insert-rows.js';
import { plainRows, usePagingServer, type PageArguments } from './paging-server.js';

const { server, pageOf } = usePagingServer();

test('page info tells the first page, a middle one, the last one and the only one apart', async () => {
  await replaceRows(server.database, plainRows(Array.from({ length: 6 }, () => ({}))));
  const { cursors } = await pageOf({});
  const [, second = '', , , fifth = ''] = cursors;
  const more = async (page: PageArguments) => {
    const { hasPreviousPage, hasNextPage } = (await pageOf(page)).pageInfo;
    return { hasPreviousPage, hasNextPage };
  };
  const NEITHER = { hasPreviousPage: false, hasNextPage: false };
  const NEXT = { hasPreviousPage: false, hasNextPage: true };
  const PREVIOUS = { hasPreviousPage: true, hasNextPage: false };
  const BOTH = { hasPreviousPage: true, hasNextPage: true };
  expect(await more({ first: 2 })).toEqual(NEXT);
  expect(await more({ first: 2, after: second })).toEqual(BOTH);
  expect(await more({ first: 4, after: second })).toEqual(PREVIOUS);
  expect(await more({ first: 6 })).toEqual(NEITHER);
  expect(await more({})).toEqual(NEITHER);
  expect(await more({ last: 2 })).toEqual(PREVIOUS);
  expect(await more({ last: 2, before: fifth })).toEqual(BOTH);
  expect(await more({ last: 4, before: fifth })).toEqual(NEXT);
  expect(await more({ last: 6 })).toEqual(NEITHER);
  expect(await more({ first: 0 })).toEqual(NEXT);
  expect(await more({ last: 0 })).toEqual(PREVIOUS);
  expect(await more({ filter: { tokensUsed: { eq: 1 } } })).toEqual(NEITHER);
});

test('an empty page beyond the last call knows of what lies behind it', async () => {
  await replaceRows(server.database, plainRows(Array.from({ length: 3 }, () => ({}))));
  const { cursors } = await pageOf({});
  const beyondLast = await pageOf({ first: 2, after: cursors[2] ?? '' });
  expect(beyondLast).toEqual({
    ids: [],
    cursors: [],
    pageInfo: { hasPreviousPage: true, hasNextPage: false, startCursor: null, endCursor: null },
  });
  const beyondFirst = await pageOf({ last: 2, before: cursors[0] ?? '' });
  expect(beyondFirst.pageInfo).toMatchObject({ hasPreviousPage: false, hasNextPage: true });
  // With their own calls gone, nothing is left on the other side.
  await sql`DELETE FROM llm_call_logs WHERE id = 3`.execute(server.database.sql);
  expect((await pageOf({ first: 0, after: cursors[0] ?? '' })).pageInfo).toMatchObject({
    hasPreviousPage: false,
    hasNextPage: true,
  });
  await sql`DELETE FROM llm_call_logs WHERE id = 1`.execute(server.database.sql);
  expect((await pageOf({ last: 0, before: cursors[2] ?? '' })).pageInfo).toMatchObject({
    hasPreviousPage: true,
    hasNextPage: false,
  });
});

test('a list without a size gives 50 calls, and one of size 0 none', async () => {
  await replaceRows(server.database, []);
  await sql`INSERT INTO llm_call_logs (request_messages, status)
    SELECT '[]', 'success' FROM generate_series(1, 51)`.execute(server.database.sql);
  const page = await pageOf({});
  expect(page.ids).toHaveLength(50);
  expect(page.pageInfo.hasNextPage).toBe(true);
  expect((await pageOf({ first: 0 })).ids).toEqual([]);
  expect((await pageOf({ last: 0 })).ids).toEqual([]);
  expect((await pageOf({ first: 1000 })).ids).toHaveLength(51);
  expect((await pageOf({ last: 1000 })).ids).toHaveLength(51);
});

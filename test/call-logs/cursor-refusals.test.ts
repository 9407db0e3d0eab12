import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sql } from 'kysely';
import { openDatabase } from '../../src/database/database.js';
import { entities } from '../../src/entities.js';
import { createServer } from '../../src/server.js';
import { createTestDatabase, dropTestDatabase } from '../support/database.js';
import { replaceRows } from '../support/insert-rows.js';
import { ORDERS } from '../support/call-log-model.js';
import { PAGE, plainRows, usePagingServer } from './paging-server.js';
import { TEST_CONFIG } from '../support/test-config.js';
import { bearer } from '../support/token.js';

const { server, pageOf } = usePagingServer();

test('a cursor of one order is refused in another, and the answer names both', async () => {
  await replaceRows(server.database, plainRows([{}, {}]));
  for (const its of ORDERS) {
    const { cursors } = await pageOf({ order: its });
    for (const asked of ORDERS.filter((order) => order !== its)) {
      for (const argument of ['after', 'before']) {
        const { data, errors } = await server.send(PAGE, { order: asked, [argument]: cursors[0] });
        expect(data).toBeNull();
        expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument } }]);
        expect(errors?.[0]?.message).toContain(its);
        expect(errors?.[0]?.message).toContain(asked);
      }
    }
  }
});

async function expectRefused(argument: 'after' | 'before', cursor: string): Promise<void> {
  const { data, errors } = await server.send(PAGE, { order: 'CALL_TIME_DESC', [argument]: cursor });
  expect(data).toBeNull();
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument } }]);
  expect(errors?.[0]?.message).toContain(`${argument} is not a cursor of this server`);
}

test('a cursor with any one character changed, added or taken away is refused', async () => {
  await replaceRows(server.database, plainRows([{}, {}, {}]));
  const { cursors } = await pageOf({});
  const good = cursors[1] ?? '';
  const characters = Array.from('ABCXYZabcxyz0189-_+/=. \0é');
  const change = fc.tuple(
    fc.nat({ max: good.length }),
    fc.constantFrom('replace', 'insert', 'remove'),
    fc.constantFrom(...characters),
    fc.constantFrom('after' as const, 'before' as const),
  );
  await fc.assert(
    fc.asyncProperty(change, async ([at, how, character, argument]) => {
      const rest = good.slice(how === 'insert' ? at : at + 1);
      const forged = good.slice(0, at) + (how === 'remove' ? '' : character) + rest;
      fc.pre(forged !== good);
      await expectRefused(argument, forged);
    }),
    { numRuns: 300 },
  );
});

test('a made-up cursor is refused', async () => {
  await replaceRows(server.database, plainRows([{}]));
  await expectRefused('after', '');
  await expectRefused('before', 'x');
  const payload = Buffer.from(JSON.stringify(['CALL_TIME_DESC', '2024-01-01 00:00:00', '1']));
  await expectRefused('after', payload.toString('base64url'));
  await expectRefused('after', Buffer.concat([Buffer.alloc(9), payload]).toString('base64url'));
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 80 }), (bytes) =>
      expectRefused('after', Buffer.from(bytes).toString('base64url')),
    ),
    { numRuns: 100 },
  );
});

test('a cursor of a server on another database is refused', async () => {
  const url = await createTestDatabase();
  const database = await openDatabase(url, entities, 2);
  // Clones of one template share its secret, and two databases of one product never do.
  await sql`UPDATE llm_server_secrets SET value = 'another' WHERE name = 'cursor'`.execute(database.sql);
  const other = await createServer(TEST_CONFIG, database);
  try {
    await replaceRows(database, plainRows([{}]));
    const answer = await other.inject({
      method: 'POST',
      url: '/graphql',
      headers: bearer(),
      payload: { query: '{ callLogs { pageInfo { endCursor } } }' },
    });
    const cursor = answer.json<{ data: { callLogs: { pageInfo: { endCursor: string } } } }>().data.callLogs
      .pageInfo.endCursor;
    await expectRefused('after', cursor);
  } finally {
    await other.close();
    await database.close();
    await dropTestDatabase(url);
  }
});

test('a cursor of the list of groups is refused in the list of calls, and the other way round', async () => {
  await replaceRows(server.database, plainRows([{}]));
  const { callLogs, groups } = await server.query(
    '{ callLogs { pageInfo { endCursor } } groups { pageInfo { endCursor } } }',
  );
  const calls = await server.send(PAGE, { order: 'CALL_TIME_DESC', after: groups.pageInfo.endCursor });
  expect(calls.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument: 'after' } }]);
  const listed = await server.send('query ($before: String) { groups(before: $before) { nodes { id } } }', {
    before: callLogs.pageInfo.endCursor,
  });
  expect(listed.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument: 'before' } }]);
});

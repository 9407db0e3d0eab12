import { expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { Client } from 'pg';
import { eventually } from '../support/eventually.js';
import { freeze } from '../support/freeze.js';
import { runCli } from '../support/processes.js';
import { useTestServer } from '../support/server.js';

const server = useTestServer();

const RECORD = `mutation ($key: String!) {
  recordCallLog(input: { status: SUCCESS, requestMessages: [], groupId: 1, idempotencyKey: $key }) { id }
}`;

test('a server that freezes while it records holds no key for good, and doubles no call when it wakes', async () => {
  await sql`INSERT INTO groups (id, name) VALUES (1, 'one')`.execute(server.database.sql);
  const locker = new Client({ connectionString: server.databaseUrl });
  await locker.connect();
  const frozen = runCli(['start'], { DATABASE_URL: server.databaseUrl });
  await frozen.send('{ viewer { name } }');

  // One statement claims the key, and then waits for the group.
  await locker.query('BEGIN; SELECT FROM groups WHERE id = 1 FOR UPDATE');
  const first = frozen.send(RECORD, { key: 'the key' }).catch(() => undefined);
  await eventually(async () => {
    const { rowCount } = await locker.query('SELECT FROM pg_locks WHERE NOT granted');
    return (rowCount ?? 0) > 0;
  });
  const wake = freeze(frozen.pid);
  await locker.query('COMMIT');

  // Whoever sends the call again, to another server, gets it recorded in the end.
  const id = await eventually(async () => {
    const { data } = await server.send(RECORD, { key: 'the key' });
    return data?.recordCallLog?.id as string | undefined;
  });
  wake();
  await first;
  expect(await frozen.send(RECORD, { key: 'the key' })).toMatchObject({ data: { recordCallLog: { id } } });
  expect((await locker.query('SELECT id FROM llm_call_logs')).rows).toEqual([{ id }]);
  await locker.end();
});

import { expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { Client } from 'pg';
import { openDatabase } from '../../src/database/database.js';
import { entities } from '../../src/entities.js';
import { createServer } from '../../src/server.js';
import { eventually } from '../support/eventually.js';
import { useTestServer } from '../support/server.js';
import { openSwallowingProxy } from '../support/swallowing-proxy.js';
import { TEST_CONFIG } from '../support/test-config.js';

const server = useTestServer();

async function readiness(): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${server.url}/readyz`);
  return { status: response.status, body: await response.json() };
}

function becomes(status: number): Promise<unknown> {
  return eventually(async () => {
    const answer = await readiness();
    return answer.status === status && answer.body;
  });
}

const READY = { status: 'ok' };

test('a server on a consistent database is ready', async () => {
  expect(await readiness()).toEqual({ status: 200, body: READY });
});

test('it is not ready while a migration is pending, and says so', async () => {
  await sql`UPDATE mikro_orm_migrations SET name = 'x' WHERE name = '006_text_search'`.execute(
    server.database.sql,
  );
  expect(await becomes(503)).toEqual({
    status: 'unavailable',
    reason: 'A migration is pending; run "npm run migrate".',
  });
  await sql`UPDATE mikro_orm_migrations SET name = '006_text_search' WHERE name = 'x'`.execute(
    server.database.sql,
  );
  expect(await becomes(200)).toEqual(READY);
});

test('it is not ready while the check finds high risk, and tells nothing else to whoever asks', async () => {
  await sql`ALTER TABLE groups RENAME COLUMN name TO title`.execute(server.database.sql);
  expect(await becomes(503)).toEqual({
    status: 'unavailable',
    reason: 'The tables are not what this version needs; "npm run check" says what is wrong.',
  });
  await sql`ALTER TABLE groups RENAME COLUMN title TO name`.execute(server.database.sql);
  expect(await becomes(200)).toEqual(READY);
});

test('findings of less risk leave it ready', async () => {
  await sql`ALTER TABLE groups RENAME COLUMN name TO title`.execute(server.database.sql);
  await becomes(503);
  await sql`DO $$ BEGIN
    ALTER TABLE groups RENAME COLUMN title TO name;
    ALTER TABLE groups ADD COLUMN rank INTEGER;
    DROP INDEX llm_call_logs_text_idx;
  END $$`.execute(server.database.sql);
  expect(await becomes(200)).toEqual(READY);
});

/** Does something while another session holds what the statement locks, until the end of its transaction. */
async function whileLocked(lock: string, act: () => Promise<void>): Promise<void> {
  const locker = new Client({ connectionString: server.databaseUrl });
  await locker.connect();
  try {
    await locker.query(`BEGIN; ${lock}`);
    await act();
  } finally {
    await locker.end();
  }
}

/** How many connections to the database wait for a lock. */
async function waiting(): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    SELECT count(*)::integer FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'`.execute(server.database.reads);
  return rows[0]?.count ?? 0;
}

test('a check that waits for a table that somebody is altering is no reason', async () => {
  await whileLocked('LOCK TABLE llm_call_logs IN ACCESS EXCLUSIVE MODE', async () => {
    await eventually(async () => {
      expect(await readiness()).toEqual({ status: 200, body: READY });
      return (await waiting()) > 0;
    });
    // It gives up, without having seen the table.
    await eventually(async () => (await waiting()) === 0);
    expect(await readiness()).toEqual({ status: 200, body: READY });
  });
});

test('neither is that every connection that writes waits for a lock: the database answers', async () => {
  let writes: Promise<unknown> = Promise.resolve();
  await whileLocked('SELECT pg_advisory_xact_lock(1)', async () => {
    const { recording, recorders } = server.database;
    const write = () => sql`SELECT pg_advisory_xact_lock(1)`.execute(recording);
    // More than there are connections, for as long as it takes: each gives way after a while.
    writes = Promise.allSettled(Array.from({ length: 100 }, write));
    await eventually(async () => (await waiting()) >= recorders);
    expect(await readiness()).toEqual({ status: 200, body: READY });
  });
  await writes;
});

test('neither is that every connection that reads waits, besides those that write', async () => {
  let statements: Promise<unknown> = Promise.resolve();
  await whileLocked('LOCK TABLE llm_call_logs IN ACCESS EXCLUSIVE MODE', async () => {
    const { recording, recorders, reads, readers } = server.database;
    const wait = (_: unknown, index: number) =>
      sql`SELECT FROM llm_call_logs LIMIT 1`.execute(index < 100 ? recording : reads);
    statements = Promise.allSettled(Array.from({ length: 100 + readers }, wait));
    await eventually(async () => (await waitingIn(server.databaseUrl)) >= recorders + readers);
    expect(await readiness()).toEqual({ status: 200, body: READY });
  });
  await statements;
});

/** As {@link waiting}, asked on a connection of its own. */
async function waitingIn(connectionString: string): Promise<number> {
  const client = new Client({ connectionString });
  await client.connect();
  const { rows } = await client.query<{ count: number }>(
    `SELECT count(*)::integer FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  await client.end();
  return rows[0]?.count ?? 0;
}

test('it is not ready while the connections that write lead nowhere, though others work, and is again afterwards', async () => {
  const proxy = await openSwallowingProxy(server.databaseUrl);
  const database = await openDatabase(proxy.url, entities, 6, { readTimeout: 10_000 });
  const app = await createServer(TEST_CONFIG, database);
  const ready = async () => {
    const answer = await app.inject('/readyz');
    return { status: answer.statusCode, body: answer.json() };
  };
  expect(await ready()).toEqual({ status: 200, body: READY });
  await sql`SELECT 1`.execute(database.quickReads);
  // All that there may be.
  const ports = await Promise.all(
    Array.from({ length: 3 }, async () => {
      const { rows } = await sql<{ port: number }>`
        SELECT client_port AS port FROM pg_stat_activity, pg_sleep(0.2) WHERE pid = pg_backend_pid()`.execute(
        database.sql,
      );
      return rows[0]!.port;
    }),
  );
  proxy.swallow(ports);
  const lost = ports.map(() => sql`SELECT 1`.execute(database.sql).catch(() => undefined));
  await eventually(async () => {
    const { status, body } = await ready();
    if (status === 200) return false;
    expect(body).toEqual({
      status: 'unavailable',
      reason: 'The database answers, but not on the connections by which calls are recorded.',
    });
    return true;
  });
  expect((await app.inject('/livez')).statusCode).toBe(200);
  proxy.restore();
  await eventually(async () => (await ready()).status === 200);
  await Promise.all(lost);
  await app.close();
  await database.close();
  proxy.close();
});

test('it is not ready while the database takes no writes', async () => {
  const name = sql.ref(new URL(server.databaseUrl).pathname.slice(1));
  const setting = (value: string) =>
    sql`SET default_transaction_read_only = off; ALTER DATABASE ${name} SET default_transaction_read_only = ${sql.raw(value)}`;
  await setting('on').execute(server.database.sql);
  const database = await openDatabase(server.databaseUrl, entities, 4);
  const app = await createServer(TEST_CONFIG, database).catch(() => undefined);
  expect((await app?.inject('/readyz'))?.json()).toEqual({
    status: 'unavailable',
    reason: 'The database is read-only, so no call can be recorded. Is it the primary?',
  });
  await app?.close();
  await database.close();
  await setting('off').execute(server.database.sql);
});

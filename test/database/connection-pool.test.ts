import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { openDatabase, type Database } from '../../src/database/database.js';
import { isTimeout } from '../../src/database/explain-error.js';
import { entities } from '../../src/entities.js';
import { useTestDatabase } from '../support/database.js';
import { openWayIn, type WayIn } from '../support/way-in.js';

const held = useTestDatabase();
const POOL_SIZE = 10;

let wayIn: WayIn;
beforeAll(async () => {
  wayIn = await openWayIn(held.url);
});
afterAll(() => wayIn.close());

/** A server's connections, which give up on a write after a second. */
async function withServer(url: string, use: (database: Database) => Promise<void>): Promise<void> {
  const database = await openDatabase(url, entities, POOL_SIZE, { readTimeout: 1000, writeTimeout: 1000 });
  try {
    await use(database);
  } finally {
    await database.close();
  }
}

const one = sql<{ one: number }>`SELECT 1 AS one`;

describe('a connection that breaks while its session is set up', () => {
  test('is the failure of one statement, and takes no place in the pool', async () => {
    await withServer(wayIn.url, async ({ recording, recorders }) => {
      wayIn.hangsUp = true;
      for (let failure = 0; failure < 3 * recorders; failure += 1) {
        await expect(one.execute(recording)).rejects.toThrow(/terminated|ECONNRESET/);
      }
      wayIn.hangsUp = false;
      const all = Array.from({ length: 3 * recorders }, () => one.execute(recording));
      expect((await Promise.all(all)).map(({ rows }) => rows[0]?.one)).toEqual(all.map(() => 1));
    });
  });
});

test("a role's own time limit is not that of a server's statements", async () => {
  const role = `hasty_${Date.now()}`;
  await sql
    .raw(`CREATE ROLE ${role} LOGIN PASSWORD 'x'; ALTER ROLE ${role} SET statement_timeout = '20ms'`)
    .execute(held.database.sql);
  const url = new URL(held.url);
  url.username = role;
  url.password = 'x';
  try {
    await withServer(url.href, async (database) => {
      for (const connections of [database.sql, database.recording, database.upkeep, database.reads]) {
        await sql`SELECT pg_sleep(0.05)`.execute(connections);
      }
    });
  } finally {
    await sql.raw(`DROP ROLE ${role}`).execute(held.database.sql);
  }
});

test('connections that lead nowhere are given up on, and all that are as old are replaced', async () => {
  await withServer(wayIn.url, async ({ recording, recorders, sql: others }) => {
    const pids = async () => {
      const all = Array.from({ length: recorders }, () =>
        sql<{ pid: number }>`SELECT pg_backend_pid() AS pid, pg_sleep(0.05)`.execute(recording),
      );
      return new Set((await Promise.all(all)).map(({ rows }) => rows[0]?.pid));
    };
    const before = await pids();
    expect(before.size).toBe(recorders);
    await one.execute(others);
    wayIn.swallowOpen();
    const failure = await one.execute(recording).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(isTimeout(failure)).toBe(true);
    const after = await pids();
    expect([...after].filter((pid) => before.has(pid))).toEqual([]);
    // Of another kind, and never seen to fail.
    expect((await one.execute(others)).rows).toEqual([{ one: 1 }]);
  });
});

test('what the database is to break off is broken off there, before its answer is given up on', async () => {
  await withServer(held.url, async (database) => {
    for (const connections of [database.sql, database.recording, database.reads]) {
      await expect(sql`SELECT pg_sleep(30)`.execute(connections)).rejects.toThrow(/statement timeout/);
    }
  });
});

test('a transaction that nobody goes on with is ended by the database', async () => {
  await withServer(held.url, async ({ sql: kysely }) => {
    await kysely.connection().execute(async (connection) => {
      await sql`BEGIN`.execute(connection);
      await sql`LOCK TABLE groups`.execute(connection);
      const { rows } = await sql<{ name: string; value: string }>`
        SELECT current_setting('idle_in_transaction_session_timeout') AS value`.execute(connection);
      expect(rows[0]?.value).toBe('2s');
      await sql`ROLLBACK`.execute(connection);
    });
  });
});

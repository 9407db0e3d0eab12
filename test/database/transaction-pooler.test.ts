import { expect, test } from '@jest/globals';
import { Kysely, sql } from 'kysely';
import { Pool } from 'pg';
import { openDatabase, type Database } from '../../src/database/database.js';
import { prepared } from '../../src/database/prepared.js';
import { TransactionPoolerDialect } from '../../src/database/transaction-pooler.js';
import { entities } from '../../src/entities.js';
import { useTestDatabase } from '../support/database.js';

const held = useTestDatabase();

/** A server's connections as they are behind a pooler. */
async function withPooler(use: (database: Database) => Promise<void>): Promise<void> {
  const database = await openDatabase(held.url, entities, 4, {
    ...{ readTimeout: 1234, writeTimeout: 2000, pooler: 'transaction' as const },
  });
  try {
    await use(database);
  } finally {
    await database.close();
  }
}

const limit = sql<{ value: string }>`SELECT current_setting('statement_timeout') AS value`;

test('each kind of statement runs with its settings', async () => {
  await withPooler(async ({ reads, recording, upkeep }) => {
    expect((await limit.execute(reads)).rows).toEqual([{ value: '1234ms' }]);
    expect((await limit.execute(recording)).rows).toEqual([{ value: '1s' }]);
    const formats = sql`SELECT current_setting('TimeZone') AS zone, current_setting('DateStyle') AS style`;
    for (const connections of [reads, recording, upkeep]) {
      expect((await formats.execute(connections)).rows).toEqual([{ zone: 'UTC', style: 'ISO, YMD' }]);
    }
  });
});

test('nothing is left on a connection', async () => {
  const pool = new Pool({ connectionString: held.url, max: 1 });
  const kysely = new Kysely<unknown>({
    dialect: new TransactionPoolerDialect({ pool }, { statement_timeout: 1234, lock_timeout: 56 }),
  });
  expect((await prepared('limit', limit).execute(kysely)).rows).toEqual([{ value: '1234ms' }]);
  await expect(sql`SELECT 1 / 0`.execute(kysely)).rejects.toThrow('division by zero');
  const left = await pool.query(
    `SELECT array(SELECT name FROM pg_settings WHERE source = 'session' AND name ~ 'timeout') AS settings,
       array(SELECT name FROM pg_prepared_statements) AS prepared,
       array(SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()) AS locks`,
  );
  expect(left.rows).toEqual([{ settings: [], prepared: [], locks: [] }]);
  await kysely.destroy();
});

test('a statement that writes is committed when it is answered', async () => {
  await withPooler(async ({ sql: kysely }) => {
    await sql`INSERT INTO groups (name) VALUES ('alone')`.execute(kysely);
    const { rows } = await sql`SELECT name FROM groups WHERE name = 'alone'`.execute(held.database.sql);
    expect(rows).toHaveLength(1);
  });
});

test('transactions commit, roll back and see one moment as anywhere', async () => {
  await withPooler(async ({ sql: kysely }) => {
    const level = await kysely
      .transaction()
      .setIsolationLevel('repeatable read')
      .execute(async (transaction) => {
        await sql`INSERT INTO groups (name) VALUES ('kept')`.execute(transaction);
        return sql<{ value: string }>`SELECT current_setting('transaction_isolation') AS value`.execute(
          transaction,
        );
      });
    expect(level.rows).toEqual([{ value: 'repeatable read' }]);
    const failure = kysely.transaction().execute(async (transaction) => {
      await sql`INSERT INTO groups (name) VALUES ('dropped')`.execute(transaction);
      throw new Error('no more');
    });
    await expect(failure).rejects.toThrow('no more');
    const { rows } = await sql<{ name: string }>`
      SELECT name FROM groups WHERE name IN ('kept', 'dropped')`.execute(held.database.sql);
    expect(rows).toEqual([{ name: 'kept' }]);
  });
});

test('a statement that fails tells its own error, and the next one works', async () => {
  await withPooler(async ({ sql: kysely }) => {
    await expect(sql`SELECT 1 / 0`.execute(kysely)).rejects.toThrow('division by zero');
    expect((await sql`SELECT 1 AS one`.execute(kysely)).rows).toEqual([{ one: 1 }]);
  });
});

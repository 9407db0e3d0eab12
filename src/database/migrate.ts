import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { Client } from 'pg';
import { OperatorError } from '../errors.js';
import type { Database } from './database.js';
import { explainDatabaseError } from './explain-error.js';
import { migrations } from './migrations.js';

const MIGRATING = 7_301_003;

/**
 * Runs the migrations that have not run yet, one process at a time.
 *
 * @returns the names of those that ran
 * @throws OperatorError in one sentence where the database refuses
 */
export async function migrate(database: Database): Promise<string[]> {
  // Not out of the pool, which may hold one connection only. The lock ends with the connection.
  const session = new Client({ connectionString: database.url, keepAlive: true });
  session.on('error', () => undefined); // the migrations' own connections report a database that went away
  try {
    await session.connect();
    await lock(session);
    const ran = await database.orm.migrator.up();
    return ran.map((migration) => migration.name);
  } catch (error) {
    throw explainDatabaseError(error);
  } finally {
    await session.end().catch(() => undefined);
  }
}

/** Polls, because a statement that waits in the database would hold up CREATE INDEX CONCURRENTLY. */
async function lock(session: Client): Promise<void> {
  const tryLock = () =>
    session.query<{ held: boolean }>('SELECT pg_try_advisory_lock($1) AS held', [MIGRATING]);
  while (!(await tryLock()).rows[0]?.held) await sleep(100);
}

/** The names of the migrations that have not run; changes nothing. */
async function pendingMigrations(database: Database): Promise<string[]> {
  const table = await sql<{
    name: string | null;
  }>`SELECT to_regclass('mikro_orm_migrations')::text AS name`.execute(database.sql);
  if (!table.rows[0]?.name) return migrations.map(({ name }) => name);
  const ran = await sql<{ name: string }>`SELECT name FROM mikro_orm_migrations`.execute(database.sql);
  const names = new Set(ran.rows.map((row) => row.name));
  return migrations.map(({ name }) => name).filter((name) => !names.has(name));
}

/** @throws OperatorError that names the migrations that have not run, and how to run them */
export async function refusePendingMigrations(database: Database): Promise<void> {
  const pending = await pendingMigrations(database);
  if (pending.length === 0) return;
  throw new OperatorError(
    `The database lacks the migrations ${pending.join(', ')}. Run "npm run migrate" with the same DATABASE_URL first.`,
  );
}

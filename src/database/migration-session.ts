import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { openDatabase, type Database } from './database.js';

const MIGRATING = 7_301_003;

/** Lifts the limits that the role or the database may set: an index of many calls takes as long as it takes. */
export const LIFT_TIMEOUTS = `SELECT set_config(name, '0', false) FROM pg_settings
WHERE name IN ('statement_timeout', 'lock_timeout', 'transaction_timeout', 'idle_in_transaction_session_timeout')`;

/**
 * A database of one connection, on which all that migrates runs: the lock that keeps other processes out
 * ends with the very connection whose statements it guards, also where the process is killed and
 * PostgreSQL is late to notice.
 */
export async function openMigrationSession({ url, orm }: Database): Promise<Database> {
  return openDatabase(url, orm.config.get('entities'), 1);
}

/**
 * Waits until no other process migrates, and makes the session ready. For before each migration, since
 * the connection may have been replaced by then.
 */
export async function holdMigrations(session: Database): Promise<void> {
  // Polls, because a statement that waits in the database would hold up CREATE INDEX CONCURRENTLY.
  const tryLock = () =>
    sql<{ held: boolean }>`SELECT pg_try_advisory_lock(${MIGRATING}) AS held`.execute(session.sql);
  while (!(await tryLock()).rows[0]?.held) await sleep(100);
  await sql.raw(LIFT_TIMEOUTS).execute(session.sql);
}

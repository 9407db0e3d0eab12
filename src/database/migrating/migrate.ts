import { setTimeout as sleep } from 'node:timers/promises';
import { MigrationRunner, type MigrationStorage } from '@mikro-orm/migrations';
import { sql } from 'kysely';
import { OperatorError } from '../../operator-error.js';
import { openDatabase, type Database } from '../database.js';
import { refusePooler } from '../pooler.js';
import { explainDatabaseError } from '../explain-error.js';
import { refuseUnadoptable } from './adoptable.js';
import { tellOfSlowBuild, untilLocksAreFree } from './migration-locks.js';
import { openRecord, pendingMigrations, readSearchPath } from './migration-record.js';
import type { migrations } from './migrations.js';

/**
 * Runs the migrations that have not run yet, one process at a time. Writers go on meanwhile.
 *
 * The record and what runs a migration are MikroORM's. Its Migrator is not used, since it
 * - looks for its record in one schema, and not along the search path,
 * - makes that table before it tells what is pending, so that neither a dry run nor a check could ask it,
 * - keeps no other process out, and cannot bind a lock to the connection that its statements run on,
 * - runs all that is pending at once, with nothing in between: no second attempt where somebody holds a lock, no limits
 *   lifted again where the connection was replaced,
 * - runs SQL and never tells it, as a script for psql has to.
 *
 * @param report is told where it has to wait for others' transactions
 * @returns the names of those that ran
 * @throws OperatorError in one sentence where the database refuses, or where it is behind a pooler
 */
export async function migrate(
  database: Database,
  report: (line: string) => void = () => undefined,
): Promise<string[]> {
  await refusePooler(database);
  const session = await openMigrationSession(database);
  try {
    await holdMigrations(session);
    await readSearchPath(session);
    const pending = await pendingMigrations(session);
    await refuseUnadoptable(session, pending);
    const record = await openRecord(session);
    for (const migration of pending) {
      const attempt = () =>
        tellOfSlowBuild(migration.name, database, run(migration, session, record), report);
      await untilLocksAreFree(migration.name, session, attempt, report);
    }
    return pending.map(({ name }) => name);
  } catch (error) {
    throw explainDatabaseError(error);
  } finally {
    await session.close();
  }
}

async function run(
  { name, class: Pending }: (typeof migrations)[number],
  session: Database,
  record: MigrationStorage,
): Promise<void> {
  await holdMigrations(session);
  const { driver, config } = session.orm;
  const runner = new MigrationRunner(driver, config.get('migrations'), config);
  await runner.run(new Pending(driver, config), 'up', (transaction) =>
    record.logMigration({ name }, transaction),
  );
}

/** @throws OperatorError that names the migrations that have not run, and how to run them */
export async function refusePendingMigrations(database: Database): Promise<void> {
  const pending = await pendingMigrations(database);
  if (pending.length === 0) return;
  const names = pending.map(({ name }) => name).join(', ');
  throw new OperatorError(
    `The database lacks the migrations ${names}. Run "npm run migrate" with the same DATABASE_URL first.`,
  );
}

const MIGRATING = 7_301_003;

/** Lifts the limits that the role or the database may set: an index of many calls takes as long as it takes. */
export const LIFT_TIMEOUTS = `SELECT set_config(name, '0', false) FROM pg_settings
WHERE name IN ('statement_timeout', 'lock_timeout', 'transaction_timeout', 'idle_in_transaction_session_timeout')`;

/**
 * A database of one connection, on which all that migrates runs: the lock that keeps other processes out
 * ends with the very connection whose statements it guards, also where the process is killed and
 * PostgreSQL is late to notice.
 */
async function openMigrationSession({ url, orm }: Database): Promise<Database> {
  return openDatabase(url, orm.config.get('entities'), 1);
}

/**
 * Waits until no other process migrates, and makes the session ready. For before each migration, since
 * the connection may have been replaced by then.
 */
async function holdMigrations(session: Database): Promise<void> {
  // Polls, because a statement that waits in the database would hold up CREATE INDEX CONCURRENTLY.
  const tryLock = () =>
    sql<{ held: boolean }>`SELECT pg_try_advisory_lock(${MIGRATING}) AS held`.execute(session.sql);
  while (!(await tryLock()).rows[0]?.held) await sleep(100);
  await sql.raw(LIFT_TIMEOUTS).execute(session.sql);
}

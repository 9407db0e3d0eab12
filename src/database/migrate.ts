import { MigrationRunner } from '@mikro-orm/migrations';
import { sql } from 'kysely';
import { OperatorError } from '../operator-error.js';
import { refuseUnadoptable } from './adoptable.js';
import type { Database } from './database.js';
import { explainDatabaseError } from './explain-error.js';
import { tellOfSlowBuild, untilLocksAreFree } from './migration-locks.js';
import {
  pendingMigrations,
  readRecord,
  readSearchPath,
  RECORD_TABLE,
  recordStatement,
} from './migration-record.js';
import { holdMigrations, openMigrationSession } from './migration-session.js';
import type { migrations } from './migrations.js';

/**
 * Runs the migrations that have not run yet, one process at a time. Writers go on meanwhile.
 *
 * @param report is told where it has to wait for others' transactions
 * @returns the names of those that ran
 * @throws OperatorError in one sentence where the database refuses
 */
export async function migrate(
  database: Database,
  report: (line: string) => void = () => undefined,
): Promise<string[]> {
  const session = await openMigrationSession(database);
  try {
    await holdMigrations(session);
    await readSearchPath(session.sql);
    const pending = await pendingMigrations(session.sql);
    await refuseUnadoptable(session, pending);
    if (!(await readRecord(session.sql))) await sql.raw(RECORD_TABLE).execute(session.sql);
    for (const migration of pending) {
      const attempt = () => tellOfSlowBuild(migration.name, database, run(migration, session), report);
      await untilLocksAreFree(migration.name, session, attempt, report);
    }
    return pending.map(({ name }) => name);
  } catch (error) {
    throw explainDatabaseError(error);
  } finally {
    await session.close();
  }
}

async function run(migration: (typeof migrations)[number], session: Database): Promise<void> {
  await holdMigrations(session);
  const { driver, config } = session.orm;
  const runner = new MigrationRunner(driver, config.get('migrations'), config);
  await runner.run(new migration.class(driver, config), 'up', async (transaction) => {
    await driver.execute(recordStatement(migration.name), [], 'run', transaction);
  });
}

/** @throws OperatorError that names the migrations that have not run, and how to run them */
export async function refusePendingMigrations(database: Database): Promise<void> {
  const pending = await pendingMigrations(database.sql);
  if (pending.length === 0) return;
  const names = pending.map(({ name }) => name).join(', ');
  throw new OperatorError(
    `The database lacks the migrations ${names}. Run "npm run migrate" with the same DATABASE_URL first.`,
  );
}

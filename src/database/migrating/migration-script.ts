import { refuseUnadoptable } from './adoptable.js';
import type { Database } from '../database.js';
import { hasRecord, pendingMigrations, readSearchPath } from './migration-record.js';
import { LIFT_TIMEOUTS } from './migrate.js';

const HEADER = `-- What "migrate" would run on this database as it is now, for psql -f (without --single-transaction).
-- Nothing waits long for a lock: where one is taken, the script stops there, and a new one goes on later.
\\set ON_ERROR_STOP on`;

/** The record as MikroORM makes it, but in whatever schema comes first in the search path. */
const RECORD_TABLE = `CREATE TABLE mikro_orm_migrations (
  id SERIAL PRIMARY KEY,
  name VARCHAR(255) NOT NULL,
  executed_at TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6)
)`;

/**
 * The pending migrations as a script for psql, with the record that they have run. Changes nothing: it is
 * made in a transaction that may only read.
 *
 * @returns undefined where nothing is pending
 * @throws OperatorError where the tables cannot be taken over
 */
export async function migrationScript(database: Database): Promise<string | undefined> {
  const { orm } = database;
  const pending = await pendingMigrations(database);
  if (pending.length === 0) return undefined;
  await refuseUnadoptable(database, pending);
  const sections = [
    HEADER,
    `${statement(`SET search_path = ${await readSearchPath(database)}`)}\n${statement(LIFT_TIMEOUTS)}`,
  ];
  if (!(await hasRecord(database))) sections.push(statement(RECORD_TABLE));
  await orm.driver.getConnection().transactional(
    async (transaction) => {
      for (const { name, class: Pending } of pending) {
        const migration = new Pending(orm.driver, orm.config);
        migration.setTransactionContext(transaction);
        await migration.up();
        const statements = [...migration.getQueries().map(String), recordStatement(name)];
        if (migration.isTransactional()) {
          statements.unshift('BEGIN');
          statements.push('COMMIT');
        }
        sections.push([`-- ${name}`, ...statements.map(statement)].join('\n'));
      }
    },
    { readOnly: true },
  );
  return sections.join('\n\n');
}

function statement(text: string): string {
  return `${text};`;
}

function recordStatement(name: string): string {
  return `INSERT INTO mikro_orm_migrations (name) VALUES ('${name}')`;
}

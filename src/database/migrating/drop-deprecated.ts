import { sql, type Kysely, type Transaction } from 'kysely';
import { OperatorError } from '../../operator-error.js';
import type { Database } from '../database.js';
import { DEPRECATED_TABLES } from './deprecated-tables.js';
import { explainDatabaseError } from '../explain-error.js';
import { isLocked } from './migration-locks.js';

/** A deprecated table that is there. */
export interface DroppableTable {
  name: string;
  meaning: string;
  /** Its name with that of its schema, quoted. */
  path: string;
  rows: number;
}

/** The deprecated tables that the search path leads to, with how many rows they have now. */
export async function findDeprecated({ sql: kysely }: Database): Promise<DroppableTable[]> {
  const found: DroppableTable[] = [];
  for (const { name, meaning } of DEPRECATED_TABLES) {
    const { rows } = await sql<{ path: string }>`
      SELECT format('%I.%I', nspname, relname) AS path
      FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
      WHERE pg_class.oid = to_regclass(${name})`.execute(kysely);
    const [table] = rows;
    if (table) found.push({ name, meaning, path: table.path, rows: await countRows(kysely, table.path) });
  }
  return found;
}

/**
 * Drops the tables, all of them or none, where each still has as many rows as was told. Nothing else goes
 * with them.
 *
 * @throws OperatorError that says why nothing was dropped
 */
export async function dropTables({ sql: kysely }: Database, tables: DroppableTable[]): Promise<void> {
  try {
    await kysely.transaction().execute(async (transaction) => {
      await sql`SET LOCAL lock_timeout = '2s'`.execute(transaction);
      for (const table of tables) await dropTable(transaction, table);
    });
  } catch (error) {
    throw explainRefusal(error);
  }
}

async function dropTable(
  transaction: Transaction<unknown>,
  { name, path, rows }: DroppableTable,
): Promise<void> {
  await sql`LOCK TABLE ${sql.raw(path)} IN ACCESS EXCLUSIVE MODE`.execute(transaction);
  const now = await countRows(transaction, path);
  if (now !== rows) {
    throw new OperatorError(
      `Nothing was dropped: somebody still writes to ${name}, which has ${now} rows by now and not ${rows}.`,
    );
  }
  await sql`DROP TABLE ${sql.raw(path)} RESTRICT`.execute(transaction);
}

async function countRows(kysely: Kysely<unknown>, path: string): Promise<number> {
  const { rows } = await sql<{ count: string }>`SELECT count(*) FROM ${sql.raw(path)}`.execute(kysely);
  return Number(rows[0]?.count);
}

function explainRefusal(error: unknown): unknown {
  const { code, detail = '' } = error as { code?: string; detail?: string };
  if (isLocked(error)) {
    return new OperatorError(
      'Nothing was dropped: another session uses the table. Try again when it has ended.',
    );
  }
  // dependent_objects_still_exist
  if (code === '2BP01') {
    const dependents = detail.split('\n').join(', ');
    return new OperatorError(
      `Nothing was dropped, because other things need the table: ${dependents}. Drop those first.`,
    );
  }
  return explainDatabaseError(error);
}

import { sql, type Kysely } from 'kysely';
import { OperatorError } from '../../operator-error.js';
import type { Database } from '../database.js';
import { migrations } from './migrations.js';
import { compareTables } from '../structure/compare-tables.js';
import { entityTables } from '../structure/entity-tables.js';
import type { FindingKind } from '../structure/finding.js';
import { readLiveTables } from '../structure/live-tables.js';
import { loadParser } from '../structure/sql-parser.js';

/** What no migration mends, because values could be lost by it. */
const FATAL: readonly FindingKind[] = ['COLUMN_MISSING', 'COLUMN_TYPE', 'PRIMARY_KEY', 'TABLE_KIND'];

/**
 * Makes sure, before anything is changed, that tables that another program made are ones that the product can
 * work on.
 *
 * @param pending the migrations that are to run; after the first one, the tables are the product's own
 * @throws OperatorError that lists everything that stands against it, and what to do
 */
export async function refuseUnadoptable(
  { orm, sql: kysely }: Database,
  pending: readonly { name: string }[],
): Promise<void> {
  if (!pending.some(({ name }) => name === migrations[0]?.name)) return;
  await loadParser();
  const expected = entityTables(orm);
  const live = await readLiveTables(
    kysely,
    expected.map(({ name }) => name),
  );
  const found = expected.filter(({ name }) => live.tables.has(name));
  const reasons = [
    ...compareTables(found, live)
      .filter(({ kind }) => FATAL.includes(kind))
      .map(({ problem, advice }) => `${problem} ${advice}`),
    ...(await othersTables(
      kysely,
      found.map(({ name }) => name),
    )),
  ];
  if (reasons.length === 0) return;
  throw new OperatorError(
    `The database was left as it is, because its tables cannot be taken over:\n${reasons.map((reason) => `  ${reason}`).join('\n')}`,
  );
}

/** Indexes can be built, and constraints dropped, by the owner of a table alone. */
async function othersTables(kysely: Kysely<unknown>, names: string[]): Promise<string[]> {
  const { rows } = await sql<{ name: string; owner: string; user: string }>`
    SELECT relname AS name, pg_get_userbyid(relowner) AS owner, current_user AS user
    FROM unnest(${names}::text[]) AS tables (name) JOIN pg_class ON pg_class.oid = to_regclass(quote_ident(name))
    WHERE NOT pg_has_role(relowner, 'USAGE') ORDER BY relname`.execute(kysely);
  return rows.map(
    ({ name, owner, user }) =>
      `${name} belongs to the user ${owner}. Migrate as that user, and not as ${user}.`,
  );
}

import { sql, type Kysely } from 'kysely';
import { OperatorError } from '../operator-error.js';
import { migrations } from './migrations.js';

/** MikroORM's own table, so that its tools can read it, but found along the search path. */
export const RECORD_TABLE = `CREATE TABLE mikro_orm_migrations (
  id SERIAL PRIMARY KEY,
  name VARCHAR(255) NOT NULL,
  executed_at TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6)
)`;

/** A migration that has run. */
export interface RecordedMigration {
  name: string;
  /** ISO 8601, to the second, in UTC. */
  ranAt: string;
}

/** The statement that records a migration as run. */
export function recordStatement(name: string): string {
  return `INSERT INTO mikro_orm_migrations (name) VALUES ('${name}')`;
}

/**
 * What has run, in the order it ran; changes nothing.
 *
 * @returns undefined where nothing was ever recorded
 */
export async function readRecord(kysely: Kysely<unknown>): Promise<RecordedMigration[] | undefined> {
  const there = await sql`SELECT WHERE to_regclass('mikro_orm_migrations') IS NOT NULL`.execute(kysely);
  if (there.rows.length === 0) return undefined;
  // MikroORM once recorded the names of files.
  const { rows } = await sql<RecordedMigration>`
    SELECT regexp_replace(name, '[.][jt]s$', '') AS name,
      to_char(executed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS "ranAt"
    FROM mikro_orm_migrations ORDER BY id`.execute(kysely);
  return rows;
}

/** The migrations that have not run, in order; changes nothing. */
export async function pendingMigrations(kysely: Kysely<unknown>): Promise<typeof migrations> {
  const ran = new Set((await readRecord(kysely))?.map(({ name }) => name));
  return migrations.filter(({ name }) => !ran.has(name));
}

/**
 * The schemas of the search path that are there, quoted; new tables go into the first.
 *
 * @throws OperatorError where there is none
 */
export async function readSearchPath(kysely: Kysely<unknown>): Promise<string> {
  const { rows } = await sql<{ path: string | null }>`
    SELECT string_agg(quote_ident(name), ', ' ORDER BY position) AS path
    FROM unnest(current_schemas(false)) WITH ORDINALITY AS schemas (name, position)`.execute(kysely);
  const path = rows[0]?.path;
  if (path) return path;
  throw new OperatorError(
    "No schema of the search path is there, or this user may not use it. Make it, or change the search path in DATABASE_URL (options=-c%20search_path%3D…) or the role's.",
  );
}

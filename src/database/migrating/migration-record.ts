import { MigrationStorage } from '@mikro-orm/migrations';
import { sql } from 'kysely';
import { OperatorError } from '../../operator-error.js';
import type { Database } from '../database.js';
import { migrations } from './migrations.js';

/** A migration that has run. */
interface RecordedMigration {
  name: string;
  /** ISO 8601, to the second, in UTC. */
  ranAt: string;
}

/** Where a migration stands. */
export interface MigrationState {
  name: string;
  /** ISO 8601, to the second, in UTC; null while it has not run. */
  ranAt: string | null;
  /** False for one that has run and that this version does not have. */
  known: boolean;
}

/** Whether anything was ever recorded; changes nothing. */
export async function hasRecord(database: Database): Promise<boolean> {
  return (await schemaOfRecord(database)) !== undefined;
}

/** Opens MikroORM's own record, so that its tools can read it; makes the table where there is none. */
export async function openRecord(database: Database): Promise<MigrationStorage> {
  const { rows } = await sql<{ schema: string }>`SELECT current_schema() AS schema`.execute(database.sql);
  const storage = storageIn(database, (await schemaOfRecord(database)) ?? rows[0]?.schema);
  await storage.ensureTable();
  return storage;
}

/** The migrations that have not run, in order; changes nothing. */
export async function pendingMigrations(database: Database): Promise<typeof migrations> {
  const ran = new Set((await readRecord(database)).map(({ name }) => name));
  return migrations.filter(({ name }) => !ran.has(name));
}

/** This version's migrations in the order they run, then those that another version ran; changes nothing. */
export async function migrationStates(database: Database): Promise<MigrationState[]> {
  const record = await readRecord(database);
  const names = new Set(migrations.map(({ name }) => name));
  return [
    ...migrations.map(({ name }) => ({
      ...{ name, known: true },
      ranAt: record.find((ran) => ran.name === name)?.ranAt ?? null,
    })),
    ...record.filter(({ name }) => !names.has(name)).map((ran) => ({ ...ran, known: false })),
  ];
}

/** A line for each migration with when it ran (UTC), or that it is pending; changes nothing. */
export async function migrationStatus(database: Database): Promise<string[]> {
  const states = await migrationStates(database);
  const width = Math.max(...states.map(({ name }) => name.length));
  return states.map(({ name, ranAt, known }) => {
    const remark = known ? '' : ' (this version does not know it)';
    return `${name.padEnd(width)}  ${ranAt ?? 'pending'}${remark}`;
  });
}

/**
 * The schemas of the search path that are there, quoted; new tables go into the first.
 *
 * @throws OperatorError where there is none
 */
export async function readSearchPath({ sql: kysely }: Database): Promise<string> {
  const { rows } = await sql<{ path: string | null }>`
    SELECT string_agg(quote_ident(name), ', ' ORDER BY position) AS path
    FROM unnest(current_schemas(false)) WITH ORDINALITY AS schemas (name, position)`.execute(kysely);
  const path = rows[0]?.path;
  if (path) return path;
  throw new OperatorError(
    "No schema of the search path is there, or this user may not use it. Make it, or change the search path in DATABASE_URL (options=-c%20search_path%3D…) or the role's.",
  );
}

/** What has run, in the order it ran; changes nothing. */
async function readRecord(database: Database): Promise<RecordedMigration[]> {
  const schema = await schemaOfRecord(database);
  if (schema === undefined) return [];
  const rows = await storageIn(database, schema).getExecutedMigrations();
  return rows.map(({ name, executed_at: executedAt }) => ({
    // MikroORM once recorded the names of files.
    name: name.replace(/\.[jt]s$/, ''),
    ranAt: `${executedAt.toISOString().slice(0, 19)}Z`,
  }));
}

/** Finds the record along the search path; MikroORM would look into one schema. */
async function schemaOfRecord({ sql: kysely }: Database): Promise<string | undefined> {
  const { rows } = await sql<{ schema: string }>`
    SELECT nspname AS schema FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE pg_class.oid = to_regclass('mikro_orm_migrations')`.execute(kysely);
  return rows[0]?.schema;
}

function storageIn({ orm }: Database, schema: string | undefined): MigrationStorage {
  return new MigrationStorage(orm.driver, { ...orm.config.get('migrations'), ...(schema && { schema }) });
}

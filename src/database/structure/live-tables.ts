import { sql, type Kysely, type RawBuilder } from 'kysely';

export interface LiveColumn {
  name: string;
  /** As format_type() prints it, such as character varying(32). */
  type: string;
  nullable: boolean;
  /** The default's expression; null where there is none. */
  preset: string | null;
  /** Numbers itself (GENERATED … AS IDENTITY), or is computed (GENERATED … STORED). */
  generated: boolean;
}

export interface LiveConstraint {
  name: string;
  kind: 'primary key' | 'foreign key' | 'check' | 'unique' | 'other';
  /** In the order of the constraint. */
  columns: string[];
  /** As pg_get_constraintdef() prints it. */
  definition: string;
  /** For a foreign key: the table it refers to, and that table's columns. */
  refersTo: { table: string; columns: string[] } | null;
  /** False while rows from before it may break it (NOT VALID). */
  validated: boolean;
}

export interface LiveIndex {
  name: string;
  /** As pg_get_indexdef() prints it. */
  definition: string;
  unique: boolean;
  /** Belongs to a constraint, such as the primary key. */
  constraint: boolean;
  /** Finished, and good for queries. */
  usable: boolean;
}

export interface LiveTrigger {
  name: string;
  /** As pg_get_triggerdef() prints it. */
  definition: string;
  enabled: boolean;
}

/** A table as the catalogues of the live database describe it. */
export interface LiveTable {
  name: string;
  schema: string;
  /** False for a view, a partitioned table and the like. */
  isTable: boolean;
  columns: LiveColumn[];
  constraints: LiveConstraint[];
  indexes: LiveIndex[];
  triggers: LiveTrigger[];
}

/** Tables by name, and in which schemas off the search path there are tables of a name that is not found. */
export interface LiveTables {
  tables: Map<string, LiveTable>;
  elsewhere: Map<string, string[]>;
}

/** How long to wait for a table that somebody is altering: PostgreSQL looks into it to print an expression. */
export const LOCK_TIMEOUT = '2s';

/**
 * Reads the structure of tables as the search path finds them. One statement on the catalogues alone: it
 * touches no row of the tables, and no writer waits for it or is waited for.
 *
 * @throws the database's error where the user may not read a catalogue (SQLSTATE 42501), or a table is being
 *   altered for long (55P03)
 */
export async function readLiveTables(kysely: Kysely<unknown>, names: readonly string[]): Promise<LiveTables> {
  const rows = await kysely.transaction().execute(async (transaction) => {
    await sql`SELECT set_config('lock_timeout', ${LOCK_TIMEOUT}, true)`.execute(transaction);
    return (await catalogueRows(names).execute(transaction)).rows;
  });
  return {
    tables: new Map(rows.flatMap(({ name, found }) => (found ? [[name, found] as const] : []))),
    elsewhere: new Map(rows.map(({ name, elsewhere }) => [name, elsewhere])),
  };
}

function catalogueRows(
  names: readonly string[],
): RawBuilder<{ name: string; found: LiveTable | null; elsewhere: string[] }> {
  return sql`
    SELECT wanted.name,
      CASE WHEN class.oid IS NOT NULL THEN json_build_object(
        'name', wanted.name,
        'schema', class.relnamespace::regnamespace::text,
        'isTable', class.relkind = 'r',
        'columns', ${columns},
        'constraints', ${constraints},
        'indexes', ${indexes},
        'triggers', ${triggers}
      ) END AS found,
      ARRAY(
        SELECT nspname::text FROM pg_class AS other JOIN pg_namespace ON pg_namespace.oid = other.relnamespace
        WHERE other.relname = wanted.name AND other.relkind IN ('r', 'p') AND other.oid IS DISTINCT FROM class.oid
        ORDER BY nspname
      ) AS elsewhere
    FROM unnest(${names}::text[]) AS wanted (name)
    LEFT JOIN pg_class AS class ON class.oid = to_regclass(quote_ident(wanted.name))`;
}

const columns = sql`(
  SELECT coalesce(json_agg(json_build_object(
    'name', attname,
    'type', format_type(atttypid, atttypmod),
    'nullable', NOT attnotnull,
    'preset', CASE WHEN attgenerated = '' THEN pg_get_expr(adbin, adrelid) END,
    'generated', attidentity <> '' OR attgenerated <> ''
  ) ORDER BY attnum), '[]')
  FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
  WHERE attrelid = class.oid AND attnum > 0 AND NOT attisdropped)`;

// Since PostgreSQL 18, NOT NULL is among the constraints too ('n'); it is told with the columns.
const constraints = sql`(
  SELECT coalesce(json_agg(json_build_object(
    'name', conname,
    'kind', CASE contype WHEN 'p' THEN 'primary key' WHEN 'f' THEN 'foreign key' WHEN 'c' THEN 'check'
      WHEN 'u' THEN 'unique' ELSE 'other' END,
    'columns', ARRAY(
      SELECT attname FROM unnest(conkey) WITH ORDINALITY AS key (number, place)
      JOIN pg_attribute ON attrelid = conrelid AND attnum = number ORDER BY place),
    'definition', pg_get_constraintdef(pg_constraint.oid),
    'refersTo', CASE WHEN confrelid <> 0 THEN json_build_object(
      'table', (SELECT relname FROM pg_class WHERE pg_class.oid = confrelid),
      'columns', ARRAY(
        SELECT attname FROM unnest(confkey) WITH ORDINALITY AS key (number, place)
        JOIN pg_attribute ON attrelid = confrelid AND attnum = number ORDER BY place)) END,
    'validated', convalidated
  ) ORDER BY conname), '[]')
  FROM pg_constraint WHERE conrelid = class.oid AND contype <> 'n')`;

const indexes = sql`(
  SELECT coalesce(json_agg(json_build_object(
    'name', (SELECT relname FROM pg_class WHERE pg_class.oid = indexrelid),
    'definition', pg_get_indexdef(indexrelid),
    'unique', indisunique,
    'constraint', EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND conrelid = indrelid),
    'usable', indisvalid AND indisready AND indislive
  ) ORDER BY indexrelid), '[]')
  FROM pg_index WHERE indrelid = class.oid)`;

const triggers = sql`(
  SELECT coalesce(json_agg(json_build_object(
    'name', tgname,
    'definition', pg_get_triggerdef(oid),
    'enabled', tgenabled IN ('O', 'A')
  ) ORDER BY tgname), '[]')
  FROM pg_trigger WHERE tgrelid = class.oid AND NOT tgisinternal)`;

import type { Client } from 'pg';

/** Columns of tables that other backends may have added columns to; of other tables all count. */
const KNOWN: Record<string, string[]> = {
  groups: ['id', 'name'],
  llm_configs: ['id', 'api_key', 'updated_at'],
  llm_prompt_templates: ['id'],
  llm_call_logs: [
    ...[
      'id',
      'config_id',
      'template_id',
      'group_id',
      'activation_code',
      'request_messages',
      'request_params',
    ],
    ...['response_content', 'response_data', 'status', 'error_message', 'tokens_used', 'prompt_tokens'],
    ...['completion_tokens', 'call_time', 'duration_ms'],
  ],
};

const TABLES = [
  ...['groups', 'llm_configs', 'llm_prompt_templates', 'llm_call_logs', 'llm_key_rotations'],
  ...['llm_call_log_idempotency_keys', 'llm_server_secrets', 'llm_access_tokens', 'mikro_orm_migrations'],
];

/** What a database is made of, by definition and not by name, as the catalogues print it. */
export interface Structure {
  columns: string[];
  constraints: string[];
  indexes: string[];
  functions: string[];
  extensions: string[];
}

/** The structure of the product's tables, found along the client's search path. */
export async function structureOf(client: Client): Promise<Structure> {
  const list = async (query: string) => {
    const { rows } = await client.query<{ line: string }>(
      `WITH tables AS (
         SELECT name, to_regclass(name)::oid AS id, $2::jsonb -> name AS known FROM unnest($1::text[]) AS names (name)
       ),
       columns AS (
         SELECT name, pg_attribute.* FROM tables JOIN pg_attribute ON attrelid = tables.id
         WHERE attnum > 0 AND NOT attisdropped AND (known IS NULL OR known ? attname)
       ) ${query}`,
      [TABLES, JSON.stringify(KNOWN)],
    );
    return rows.map(({ line }) => line).sort();
  };
  return {
    columns: await list(
      `SELECT concat_ws(' ', name, attname, format_type(atttypid, atttypmod), 'NOT NULL ' || attnotnull,
         'DEFAULT ' || pg_get_expr(adbin, adrelid)) AS line
       FROM columns LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum`,
    ),
    // NOT NULL is a constraint from PostgreSQL 18 on, and told with the column.
    constraints: await list(
      `SELECT name || ' ' || pg_get_constraintdef(pg_constraint.oid) AS line
       FROM tables JOIN pg_constraint ON conrelid = tables.id
       WHERE contype <> 'n' AND conkey <@ ARRAY(SELECT attnum FROM columns WHERE columns.attrelid = conrelid)`,
    ),
    indexes: await list(
      `SELECT concat_ws(' ', name, regexp_replace(pg_get_indexdef(indexrelid), '^CREATE (UNIQUE )?INDEX .* USING', '\\1'),
         'valid ' || indisvalid) AS line
       FROM tables JOIN pg_index ON indrelid = tables.id
       WHERE indkey::smallint[] <@ (0::smallint || ARRAY(SELECT attnum FROM columns WHERE columns.attrelid = indrelid))`,
    ),
    functions: await list(
      `SELECT concat_ws(' ', pg_proc.oid::regprocedure, prorettype::regtype, provolatile, proparallel,
         replace(prosrc, format('%I.', nspname), '')) AS line
       FROM pg_proc JOIN pg_namespace ON pg_namespace.oid = pronamespace WHERE proname LIKE 'llm\\_%'`,
    ),
    extensions: await list('SELECT extname AS line FROM pg_extension'),
  };
}

/** Every row of the tables that an older backend made, as PostgreSQL prints it. */
export async function contentsOf(client: Client): Promise<Record<string, string[]>> {
  const contents: Record<string, string[]> = {};
  for (const table of ['groups', 'llm_configs', 'llm_prompt_templates', 'llm_call_logs']) {
    const { rows } = await client.query<{ line: string }>(
      `SELECT whole::text AS line FROM ${table} AS whole ORDER BY id`,
    );
    contents[table] = rows.map(({ line }) => line);
  }
  return contents;
}

import { sql } from 'kysely';
import { OperatorError } from '../operator-error.js';
import type { Database } from './database.js';

/** What serving does to each table; to insert is also to take the next number of its id. */
const NEEDED = {
  llm_call_logs: ['SELECT', 'INSERT'],
  groups: ['SELECT', 'INSERT'],
  llm_configs: ['SELECT', 'INSERT', 'UPDATE'],
  llm_key_rotations: ['SELECT', 'INSERT'],
  llm_call_log_idempotency_keys: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  llm_server_secrets: ['SELECT'],
  llm_access_tokens: ['SELECT', 'INSERT', 'UPDATE'],
  llm_usage_deltas: ['SELECT', 'INSERT', 'DELETE'],
  // UPDATE is for the lock that one server at a time holds.
  llm_usage_slices: ['SELECT', 'INSERT', 'UPDATE'],
  llm_usage_rollups: ['SELECT', 'INSERT', 'UPDATE'],
  llm_usage_state: ['SELECT', 'UPDATE'],
};

const NUMBERED = [
  'llm_call_logs',
  'groups',
  'llm_configs',
  'llm_key_rotations',
  'llm_access_tokens',
  'llm_usage_deltas',
  'llm_usage_slices',
];

/** @throws OperatorError that names every privilege that the database's user lacks for serving */
export async function refuseMissingPrivileges({ sql: kysely }: Database): Promise<void> {
  const wanted = Object.entries(NEEDED).flatMap(([table, privileges]) =>
    privileges.map((privilege) => ({ table, privilege })),
  );
  const { rows } = await sql<{ lacking: string; user: string }>`
    SELECT privilege || ' on ' || relation AS lacking, current_user AS user
    FROM unnest(${wanted.map(({ table }) => table)}::text[], ${wanted.map(({ privilege }) => privilege)}::text[])
      AS wanted (relation, privilege)
    WHERE NOT has_table_privilege(relation, privilege)
    UNION ALL
    SELECT 'USAGE on ' || sequence, current_user
    FROM unnest(${NUMBERED}::text[]) AS tables (name), pg_get_serial_sequence(name, 'id') AS sequence
    WHERE NOT has_sequence_privilege(sequence, 'USAGE')`.execute(kysely);
  if (rows.length === 0) return;
  const lacking = rows.map((row) => row.lacking).join(', ');
  throw new OperatorError(
    `The database user ${rows[0]?.user} lacks ${lacking}. Grant it, or use another user.`,
  );
}

import type { Client } from 'pg';

/**
 * Drops the indexes of the log that enforce nothing, within a transaction.
 *
 * @returns the statements that make them again, as they were
 */
export async function dropIndexes(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string; definition: string }>(
    `SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition
     FROM pg_index
     WHERE indrelid = 'llm_call_logs'::regclass AND NOT indisunique
     ORDER BY indexrelid`,
  );
  for (const { name } of rows) await client.query(`DROP INDEX ${name}`);
  return rows.map(({ definition }) => definition);
}

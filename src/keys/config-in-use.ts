import { sql, type QueryExecutorProvider, type Transaction } from 'kysely';
import type { LlmConfig } from './llm-config.js';

// A row that another program left without a time counts as never changed.
const FIRST_ROW = sql<LlmConfig>`
  SELECT id, api_key AS "apiKey", coalesce(updated_at, 'epoch')::text AS "updatedAt"
  FROM llm_configs ORDER BY id LIMIT 1`;

/** The configuration in use, which is the first row of its table; null until a key is stored. */
export async function configInUse(database: QueryExecutorProvider): Promise<LlmConfig | null> {
  return (await FIRST_ROW.execute(database)).rows[0] ?? null;
}

/** Its number alone, for which no key is read. */
export async function configIdInUse(database: QueryExecutorProvider): Promise<number | null> {
  const { rows } = await sql<{ id: number }>`
    SELECT id FROM llm_configs ORDER BY id LIMIT 1`.execute(database);
  return rows[0]?.id ?? null;
}

/** The configuration, locked, so that an older backend that writes the row waits for us, or we for it. */
export async function lockConfigInUse(transaction: Transaction<unknown>): Promise<LlmConfig | null> {
  return (await sql<LlmConfig>`${FIRST_ROW} FOR UPDATE`.execute(transaction)).rows[0] ?? null;
}

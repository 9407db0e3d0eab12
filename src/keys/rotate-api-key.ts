import { sql, type Transaction } from 'kysely';
import { storableText } from '../database/storable-text.js';
import type { Context } from '../graphql/context.js';
import { badUserInput } from '../graphql/errors.js';
import { fromDate, type Timestamp } from '../graphql/timestamp.js';
import { lockConfigInUse } from './config-in-use.js';
import { fingerprint } from './fingerprint.js';
import type { LlmConfig } from './llm-config.js';
import type { RotateApiKeyInput } from './rotate-input.js';

const ROTATING = 7_301_004;

/** What a rotation came to: the key in use now, or the news that another one is than the caller expected. */
export type Rotation = { rotated: LlmConfig } | { stale: LlmConfig | null };

/**
 * Puts a new provider key into use and writes the audit row, both or neither. Rotations run one after the
 * other on all servers together; the same key again changes nothing.
 *
 * @throws BAD_USER_INPUT when the key cannot be one
 */
export async function rotateApiKey(
  { sql: database, caller, fingerprintSecret }: Context,
  { newApiKey, expectedFingerprint, reason }: RotateApiKeyInput,
): Promise<Rotation> {
  refuseImpossibleKey(newApiKey);
  return database.transaction().execute(async (transaction) => {
    await sql`SELECT pg_advisory_xact_lock(${ROTATING})`.execute(transaction);
    const config = await lockConfigInUse(transaction);
    const previousFingerprint = config && fingerprint(config.apiKey, fingerprintSecret);
    if (expectedFingerprint != null && expectedFingerprint !== previousFingerprint) return { stale: config };

    const newFingerprint = fingerprint(newApiKey, fingerprintSecret);
    if (config && newFingerprint === previousFingerprint) return { rotated: config };
    const rotatedAt = fromDate(new Date());
    const rotated = await storeKey(transaction, config, newApiKey, rotatedAt);
    await sql`
      INSERT INTO llm_key_rotations
        (config_id, rotated_at, rotated_by, previous_fingerprint, new_fingerprint, reason)
      VALUES (${rotated.id}, ${rotatedAt}, ${caller.name}, ${previousFingerprint}, ${newFingerprint},
        ${reason == null ? null : storableText(reason)})`.execute(transaction);
    return { rotated };
  });
}

/** The key is a parameter: the ORM would write it into the statement, and PostgreSQL's logs hold statements. */
async function storeKey(
  transaction: Transaction<unknown>,
  config: LlmConfig | null,
  apiKey: string,
  updatedAt: Timestamp,
): Promise<LlmConfig> {
  const statement = config
    ? sql<{ id: number }>`
        UPDATE llm_configs SET api_key = ${apiKey}, updated_at = ${updatedAt}
        WHERE id = ${config.id} RETURNING id`
    : sql<{ id: number }>`
        INSERT INTO llm_configs (api_key, updated_at) VALUES (${apiKey}, ${updatedAt}) RETURNING id`;
  const { rows } = await statement.execute(transaction);
  return { id: rows[0]?.id ?? 0, apiKey, updatedAt };
}

function refuseImpossibleKey(apiKey: string): void {
  if (apiKey === '') throw badUserInput('input.newApiKey', 'must not be empty.');
  if (apiKey !== apiKey.trim()) {
    throw badUserInput('input.newApiKey', 'must not begin or end with white space.');
  }
  if (/\p{C}/u.test(apiKey)) throw badUserInput('input.newApiKey', 'must not contain control characters.');
}

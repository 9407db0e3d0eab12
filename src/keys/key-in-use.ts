import { sql, type QueryExecutorProvider } from 'kysely';
import type { KeyContext } from './key-context.js';
import { fingerprint } from './fingerprint.js';
import type { LlmConfig } from './llm-config.js';
import { UnreadableKey } from './unreadable-key.js';

/** The key in use as a rotation needs to know it. */
export interface KeyInUse {
  config: LlmConfig | null;
  /** Null where there is no key, or none that can be read. */
  apiKey: string | null;
  /** Null where there is no key. Of a key that cannot be read, it is what the last rotation left in the audit trail. */
  fingerprint: string | null;
}

/**
 * Tells which key is in use. One that cannot be read is no error here, since rotating away from it is the way out
 * for whoever lost the key-encryption key.
 */
export async function readKeyInUse(
  { keyVault, fingerprintSecret }: KeyContext,
  database: QueryExecutorProvider,
  config: LlmConfig | null,
): Promise<KeyInUse> {
  if (!config) return { config, apiKey: null, fingerprint: null };
  try {
    const apiKey = keyVault.open(config);
    return { config, apiKey, fingerprint: fingerprint(apiKey, fingerprintSecret) };
  } catch (error) {
    if (!(error instanceof UnreadableKey)) throw error;
    return { config, apiKey: null, fingerprint: await lastFingerprint(database, config.id) };
  }
}

async function lastFingerprint(database: QueryExecutorProvider, configId: number): Promise<string | null> {
  const { rows } = await sql<{ fingerprint: string }>`
    SELECT new_fingerprint AS fingerprint FROM llm_key_rotations
    WHERE config_id = ${configId} ORDER BY id DESC LIMIT 1`.execute(database);
  return rows[0]?.fingerprint ?? null;
}

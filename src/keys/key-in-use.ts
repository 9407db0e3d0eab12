import type { EntityManager } from '@mikro-orm/postgresql';
import { fingerprint } from './fingerprint.js';
import type { KeyContext } from './key-context.js';
import { KeyRotation } from './key-rotation.js';
import type { LlmConfig } from './llm-config.js';
import { UnreadableKey } from './envelope.js';

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
  em: EntityManager,
  config: LlmConfig | null,
): Promise<KeyInUse> {
  if (!config) return { config, apiKey: null, fingerprint: null };
  try {
    const apiKey = keyVault.open(config);
    return { config, apiKey, fingerprint: fingerprint(apiKey, fingerprintSecret) };
  } catch (error) {
    if (!(error instanceof UnreadableKey)) throw error;
    return { config, apiKey: null, fingerprint: await lastFingerprint(em, config.id) };
  }
}

async function lastFingerprint(em: EntityManager, configId: number): Promise<string | null> {
  const last = await em.findOne(KeyRotation, { configId }, { orderBy: { id: 'desc' } });
  return last?.newFingerprint ?? null;
}

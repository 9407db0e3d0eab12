import type { EntityManager } from '@mikro-orm/postgresql';
import type { KeyContext } from './key-context.js';
import { KeyRotation } from './key-rotation.js';
import type { LlmConfig } from './llm-config.js';
import { UnreadableKey } from './envelope.js';
import { createHmac } from 'node:crypto';

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

/** Tells two keys apart and reveals neither: 16 hex digits of a keyed hash (HMAC-SHA-256, RFC 2104). */
export function fingerprint(apiKey: string, secret: string): string {
  return createHmac('sha256', secret).update(apiKey).digest('hex').slice(0, 16);
}

/** The end of a key as a reminder of which it is: the last four characters, never more than a quarter of it. */
export function keyHint(apiKey: string): string {
  const characters = Array.from(apiKey);
  const shown = Math.min(4, Math.floor(characters.length / 4));
  return `…${characters.slice(characters.length - shown).join('')}`;
}

import { LockMode, type EntityManager } from '@mikro-orm/postgresql';
import type { Context } from '../graphql/context.js';
import { badUserInput } from '../graphql/errors.js';
import { fromDate } from '../graphql/timestamp.js';
import { configInUse } from './config-in-use.js';
import { fingerprint } from './fingerprint.js';
import { KeyRotation } from './key-rotation.js';
import { LlmConfig } from './llm-config.js';
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
  { em, caller, fingerprintSecret }: Context,
  { newApiKey, expectedFingerprint, reason }: RotateApiKeyInput,
): Promise<Rotation> {
  refuseImpossibleKey(newApiKey);
  return em.transactional(async (transaction) => {
    await transaction.execute('SELECT pg_advisory_xact_lock(?)', [ROTATING]);
    const config = await lockConfigInUse(transaction);
    const previousFingerprint = config && fingerprint(config.apiKey, fingerprintSecret);
    if (expectedFingerprint != null && expectedFingerprint !== previousFingerprint) return { stale: config };

    const newFingerprint = fingerprint(newApiKey, fingerprintSecret);
    if (config && newFingerprint === previousFingerprint) return { rotated: config };
    const rotatedAt = fromDate(new Date());
    const rotated = config ?? transaction.create(LlmConfig, { apiKey: newApiKey, updatedAt: rotatedAt });
    rotated.apiKey = newApiKey;
    rotated.updatedAt = rotatedAt;
    await transaction.persist(rotated).flush();
    transaction.create(KeyRotation, {
      configId: rotated.id,
      rotatedAt,
      rotatedBy: caller.name,
      previousFingerprint,
      newFingerprint,
      reason: reason ?? null,
    });
    return { rotated };
  });
}

/** Locked, so that an older backend that writes the same row waits for us, or we for it. */
async function lockConfigInUse(transaction: EntityManager): Promise<LlmConfig | null> {
  const config = await configInUse(transaction);
  if (config) await transaction.refresh(config, { lockMode: LockMode.PESSIMISTIC_WRITE });
  return config;
}

function refuseImpossibleKey(apiKey: string): void {
  if (apiKey === '') throw badUserInput('input.newApiKey', 'must not be empty.');
  if (apiKey !== apiKey.trim()) {
    throw badUserInput('input.newApiKey', 'must not begin or end with white space.');
  }
  if (/\p{C}/u.test(apiKey)) throw badUserInput('input.newApiKey', 'must not contain control characters.');
}

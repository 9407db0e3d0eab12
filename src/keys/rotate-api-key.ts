import type { EntityManager } from '@mikro-orm/postgresql';
import type { Caller } from '../access/caller.js';
import type { Turns } from '../graphql/limits/turns.js';
import type { KeyContext } from './key-context.js';
import { databaseTime } from '../database/clock.js';
import type { Timestamp } from '../database/timestamp.js';
import { fingerprint } from './fingerprint.js';
import { type KeyInUse, readKeyInUse } from './key-in-use.js';
import { KeyRotation } from './key-rotation.js';
import { LlmConfig, lockConfigInUse, lockRotations, readConfigInUse, storeKey } from './llm-config.js';
import { readReason, refuseImpossibleKey } from './new-key.js';
import type { RotateApiKeyInput, Rotation } from './rotation-types.js';

/** Notified when a rotation is committed, with the fingerprint of the new key. */
export const ROTATED_CHANNEL = 'llm_call_log_key_rotated';

/**
 * Puts a new provider key into use and writes the audit row, both or neither, and tells whoever listens. Rotations run
 * one after the other on all servers together; the same key again changes nothing.
 *
 * @throws BAD_USER_INPUT when the key cannot be one, KEY_ENCRYPTION_NOT_CONFIGURED, PROVIDER_UNAVAILABLE, OVERLOADED
 */
export async function rotateApiKey(context: KeyContext, input: RotateApiKeyInput): Promise<Rotation> {
  const { em, keyVault, tryApiKey, rotationTurns, caller } = context;
  refuseImpossibleKey(input.newApiKey);
  keyVault.refuseUnlessItCanSeal();
  // Looked at twice: a call that is stale, or changes nothing, does not send the key around.
  const before = await inTurn(rotationTurns.looking, caller, async () =>
    readKeyInUse(context, em, await readConfigInUse(em)),
  );
  const reason = readReason(input.reason, [input.newApiKey, before.apiKey]);
  const settled = withoutChange(before, input);
  if (settled) return settled;
  const refusedWith = input.verify ? await tryApiKey(input.newApiKey) : null;
  if (refusedWith !== null) return { refusedWith };

  return inTurn(rotationTurns.rotating, caller, () =>
    em.transactional(async (transaction) => {
      await lockRotations(transaction);
      const current = await readKeyInUse(context, transaction, await lockConfigInUse(transaction));
      return (
        withoutChange(current, input) ?? {
          rotated: await replaceKey(context, transaction, current, input.newApiKey, reason),
        }
      );
    }),
  );
}

async function inTurn<T>(turns: Turns, caller: Caller, work: () => Promise<T>): Promise<T> {
  const endTurn = await turns.take({ caller: caller.id });
  try {
    return await work();
  } finally {
    endTurn();
  }
}

function withoutChange(
  { config, apiKey, fingerprint }: KeyInUse,
  { newApiKey, expectedFingerprint }: RotateApiKeyInput,
): Rotation | undefined {
  if (expectedFingerprint != null && expectedFingerprint !== fingerprint) return { stale: config };
  return config && apiKey === newApiKey ? { rotated: config } : undefined;
}

async function replaceKey(
  { caller, keyVault, fingerprintSecret, keyFingerprints }: KeyContext,
  transaction: EntityManager,
  current: KeyInUse,
  newApiKey: string,
  reason: string | null,
): Promise<LlmConfig> {
  const updatedAt = await databaseTime(transaction);
  const id = current.config?.id ?? (await addConfig(transaction, updatedAt));
  const apiKey = keyVault.seal(newApiKey, id);
  const newFingerprint = fingerprint(newApiKey, fingerprintSecret);
  // Before it is in use: no call is recorded with a key that this server does not recognise yet.
  keyFingerprints.add(newApiKey);
  await storeKey(transaction, id, { api_key: apiKey, updated_at: updatedAt });
  transaction.create(KeyRotation, {
    configId: id,
    rotatedAt: updatedAt,
    rotatedBy: caller.name,
    previousFingerprint: current.fingerprint,
    newFingerprint,
    reason,
  });
  await transaction.flush();
  await transaction.execute('SELECT pg_notify(?, ?)', [ROTATED_CHANNEL, newFingerprint]);
  return { id, apiKey, updatedAt };
}

/** A row without its key yet: what is encrypted is bound to the number of its row. */
async function addConfig(transaction: EntityManager, updatedAt: Timestamp): Promise<number> {
  const config = transaction.create(LlmConfig, { apiKey: '', updatedAt });
  await transaction.flush();
  return config.id;
}

import { sql, type Transaction } from 'kysely';
import type { KeyContext } from './key-context.js';
import { fromDate } from '../database/timestamp.js';
import { configInUse, lockConfigInUse } from './config-in-use.js';
import { fingerprint } from './fingerprint.js';
import { readKeyInUse, type KeyInUse } from './key-in-use.js';
import type { LlmConfig } from './llm-config.js';
import { readReason, refuseImpossibleKey } from './new-key.js';
import type { RotateApiKeyInput } from './rotate-input.js';
import { lockRotations } from './rotation-lock.js';

/** Notified when a rotation is committed, with the fingerprint of the new key. */
export const ROTATED_CHANNEL = 'llm_call_log_key_rotated';

/**
 * What a rotation came to: the key in use now, the news that another one is than the caller expected, or the status
 * with which the provider refused the key.
 */
export type Rotation = { rotated: LlmConfig } | { stale: LlmConfig | null } | { refusedWith: number };

/**
 * Puts a new provider key into use and writes the audit row, both or neither, and tells whoever listens. Rotations run
 * one after the other on all servers together; the same key again changes nothing.
 *
 * @throws BAD_USER_INPUT when the key cannot be one, KEY_ENCRYPTION_NOT_CONFIGURED, PROVIDER_UNAVAILABLE
 */
export async function rotateApiKey(context: KeyContext, input: RotateApiKeyInput): Promise<Rotation> {
  const { keyVault, tryApiKey } = context;
  const database = context.database.sql;
  refuseImpossibleKey(input.newApiKey);
  keyVault.refuseUnlessItCanSeal();
  // Looked at twice: a call that is stale, or changes nothing, does not send the key around.
  const before = await readKeyInUse(context, database, await configInUse(database));
  const reason = readReason(input.reason, [input.newApiKey, before.apiKey]);
  const settled = withoutChange(before, input);
  if (settled) return settled;
  const refusedWith = input.verify ? await tryApiKey(input.newApiKey) : null;
  if (refusedWith !== null) return { refusedWith };

  return database.transaction().execute(async (transaction) => {
    await lockRotations(transaction);
    const current = await readKeyInUse(context, transaction, await lockConfigInUse(transaction));
    return (
      withoutChange(current, input) ?? {
        rotated: await replaceKey(context, transaction, current, input.newApiKey, reason),
      }
    );
  });
}

function withoutChange(
  { config, apiKey, fingerprint }: KeyInUse,
  { newApiKey, expectedFingerprint }: RotateApiKeyInput,
): Rotation | undefined {
  if (expectedFingerprint != null && expectedFingerprint !== fingerprint) return { stale: config };
  return config && apiKey === newApiKey ? { rotated: config } : undefined;
}

async function replaceKey(
  { caller, keyVault, fingerprintSecret }: KeyContext,
  transaction: Transaction<unknown>,
  current: KeyInUse,
  newApiKey: string,
  reason: string | null,
): Promise<LlmConfig> {
  const id = current.config?.id ?? (await addConfig(transaction));
  const apiKey = keyVault.seal(newApiKey, id);
  const updatedAt = fromDate(new Date());
  const newFingerprint = fingerprint(newApiKey, fingerprintSecret);
  // The key is a parameter: the ORM would write it into the statement, and PostgreSQL's logs hold statements.
  await sql`
    UPDATE llm_configs SET api_key = ${apiKey}, updated_at = ${updatedAt} WHERE id = ${id}`.execute(
    transaction,
  );
  await sql`
    INSERT INTO llm_key_rotations
      (config_id, rotated_at, rotated_by, previous_fingerprint, new_fingerprint, reason)
    VALUES (${id}, ${updatedAt}, ${caller.name}, ${current.fingerprint}, ${newFingerprint}, ${reason})`.execute(
    transaction,
  );
  await sql`SELECT pg_notify(${ROTATED_CHANNEL}, ${newFingerprint})`.execute(transaction);
  return { id, apiKey, updatedAt };
}

/** A row without its key yet: what is encrypted is bound to the number of its row. */
async function addConfig(transaction: Transaction<unknown>): Promise<number> {
  const { rows } = await sql<{ id: number }>`
    INSERT INTO llm_configs (api_key) VALUES ('') RETURNING id`.execute(transaction);
  const [row] = rows;
  if (!row) throw new Error('The database gave no number for the configuration.');
  return row.id;
}

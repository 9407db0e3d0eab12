import { sql, type Kysely } from 'kysely';
import type { KeyVault } from './key-vault.js';
import type { LlmConfig } from './llm-config.js';
import { lockRotations } from './rotation-lock.js';
import { UnreadableKey } from './unreadable-key.js';

/** What became of the stored keys, each as the number of its row. */
export interface Reencryption {
  /** Were in the clear, and are encrypted now. */
  encrypted: number[];
  /** Were encrypted with another key-encryption key than the newest. */
  reencrypted: number[];
  /** Were encrypted with the newest already. */
  untouched: number[];
  /** Cannot be read, and stay as they are, with the reason. */
  unreadable: { id: number; why: string }[];
}

/**
 * Encrypts every stored key with the newest key-encryption key, in one transaction that no rotation runs beside.
 * The times of the rows stay: their keys are the same.
 *
 * @throws KEY_ENCRYPTION_NOT_CONFIGURED
 */
export async function reencryptKeys(database: Kysely<unknown>, vault: KeyVault): Promise<Reencryption> {
  vault.refuseUnlessItCanSeal();
  return database.transaction().execute(async (transaction) => {
    await lockRotations(transaction);
    const { rows } = await sql<Pick<LlmConfig, 'id' | 'apiKey'>>`
      SELECT id, api_key AS "apiKey" FROM llm_configs ORDER BY id FOR UPDATE`.execute(transaction);
    const done: Reencryption = { encrypted: [], reencrypted: [], untouched: [], unreadable: [] };
    for (const row of rows) {
      const apiKey = tryOpen(vault, row, done);
      if (apiKey === undefined) continue;
      const state = vault.stateOf(row);
      done[LISTS[state]].push(row.id);
      if (state === 'newest') continue;
      await sql`
        UPDATE llm_configs SET api_key = ${vault.seal(apiKey, row.id)} WHERE id = ${row.id}`.execute(
        transaction,
      );
    }
    return done;
  });
}

const LISTS = { clear: 'encrypted', other: 'reencrypted', newest: 'untouched' } as const;

function tryOpen(
  vault: KeyVault,
  row: Pick<LlmConfig, 'id' | 'apiKey'>,
  { unreadable }: Reencryption,
): string | undefined {
  try {
    return vault.open(row);
  } catch (error) {
    if (!(error instanceof UnreadableKey)) throw error;
    unreadable.push({ id: row.id, why: error.message });
    return undefined;
  }
}

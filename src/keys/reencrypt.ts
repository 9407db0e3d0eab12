import { LockMode, type EntityManager } from '@mikro-orm/postgresql';
import type { KeyVault } from './key-vault.js';
import { LlmConfig, lockRotations, storeKey } from './llm-config.js';
import { UnreadableKey } from './envelope.js';

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
export async function reencryptKeys(em: EntityManager, vault: KeyVault): Promise<Reencryption> {
  vault.refuseUnlessItCanSeal();
  return em.transactional(async (transaction) => {
    await lockRotations(transaction);
    const configs = await transaction.find(
      LlmConfig,
      {},
      { orderBy: { id: 'asc' }, lockMode: LockMode.PESSIMISTIC_WRITE },
    );
    const done: Reencryption = { encrypted: [], reencrypted: [], untouched: [], unreadable: [] };
    for (const config of configs) {
      const apiKey = tryOpen(vault, config, done);
      if (apiKey === undefined) continue;
      const state = vault.stateOf(config);
      done[LISTS[state]].push(config.id);
      if (state === 'newest') continue;
      await storeKey(transaction, config.id, { api_key: vault.seal(apiKey, config.id) });
    }
    return done;
  });
}

const LISTS = { clear: 'encrypted', other: 'reencrypted', newest: 'untouched' } as const;

function tryOpen(vault: KeyVault, config: LlmConfig, { unreadable }: Reencryption): string | undefined {
  try {
    return vault.open(config);
  } catch (error) {
    if (!(error instanceof UnreadableKey)) throw error;
    unreadable.push({ id: config.id, why: error.message });
    return undefined;
  }
}

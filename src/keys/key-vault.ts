import { GraphQLError } from 'graphql';
import { withCode } from '../graphql/errors.js';
import { looksSealed, open, seal, sealedWith } from './envelope.js';
import type { KeyEncryptionKey, KeyStorage } from './key-encryption-keys.js';
import type { LlmConfig } from './llm-config.js';

type StoredKey = Pick<LlmConfig, 'id' | 'apiKey'>;

/** Turns provider keys into what llm_configs.api_key holds, and back. */
export class KeyVault {
  readonly #storage: KeyStorage;
  readonly #keys: readonly KeyEncryptionKey[];

  /** @param keys newest first: the first one seals, all of them open */
  constructor(storage: KeyStorage, keys: readonly KeyEncryptionKey[]) {
    this.#storage = storage;
    this.#keys = keys;
  }

  /** Whether it has what it takes to store a key. */
  get canSeal(): boolean {
    return this.#storage === 'plaintext' || this.#keys.length > 0;
  }

  /** @throws KEY_ENCRYPTION_NOT_CONFIGURED when it cannot store a key */
  refuseUnlessItCanSeal(): void {
    if (this.canSeal) return;
    throw new GraphQLError(
      'This server has nothing to encrypt the provider key with, so nothing was changed. Set KEY_ENCRYPTION_KEYS to what "npm run --silent keys -- generate" prints, the same on every server, and restart; or set KEY_STORAGE=plaintext to store keys in the clear for an older backend.',
      { extensions: withCode('KEY_ENCRYPTION_NOT_CONFIGURED') },
    );
  }

  /**
   * A key as the row of that number is to store it.
   *
   * @throws KEY_ENCRYPTION_NOT_CONFIGURED
   */
  seal(apiKey: string, id: number): string {
    this.refuseUnlessItCanSeal();
    const [newest] = this.#keys;
    return newest && this.#storage === 'encrypted' ? seal(apiKey, placeOf(id), newest) : apiKey;
  }

  /**
   * The key itself, whether it is stored encrypted or in the clear.
   *
   * @throws UnreadableKey
   */
  open({ id, apiKey }: StoredKey): string {
    return looksSealed(apiKey) ? open(apiKey, placeOf(id), this.#keys) : apiKey;
  }

  /** How a key is stored: with the newest key-encryption key, with an older or unknown one, or in the clear. */
  stateOf({ apiKey }: StoredKey): 'newest' | 'other' | 'clear' {
    if (!looksSealed(apiKey)) return 'clear';
    return sealedWith(apiKey) === this.#keys[0]?.id ? 'newest' : 'other';
  }
}

function placeOf(id: number): string {
  return `llm_configs.api_key:${id}`;
}

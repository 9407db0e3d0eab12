import type { Config } from '../config.js';
import { KeyVault } from './key-vault.js';
import { providerAt, type TryApiKey } from './provider.js';

/** What this feature needs of the environment. */
export type KeyConfig = Pick<Config, 'keyStorage' | 'keyEncryptionKeys' | 'providerBaseUrl'>;

interface KeyServices {
  /** Encrypts and decrypts the provider key. */
  keyVault: KeyVault;
  /** Asks the provider whether a key works. */
  tryApiKey: TryApiKey;
}

declare module '../graphql/context.js' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- what it adds is named above
  interface Services extends KeyServices {}
}

export function createKeyServices(config: KeyConfig): KeyServices {
  return {
    keyVault: new KeyVault(config.keyStorage, config.keyEncryptionKeys),
    tryApiKey: providerAt(config.providerBaseUrl),
  };
}

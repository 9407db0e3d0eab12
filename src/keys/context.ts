import type { Config } from '../config.js';
import type { Services } from '../graphql/context.js';
import { KeyVault } from './key-vault.js';
import { providerAt, type TryApiKey } from './provider.js';

/** What this feature needs of the environment. */
export type KeyConfig = Pick<Config, 'keyStorage' | 'keyEncryptionKeys' | 'providerBaseUrl'>;

declare module '../graphql/context.js' {
  interface Services {
    /** Encrypts and decrypts the provider key. */
    keyVault: KeyVault;
    /** Asks the provider whether a key works. */
    tryApiKey: TryApiKey;
  }
}

export function createKeyServices(config: KeyConfig): Pick<Services, 'keyVault' | 'tryApiKey'> {
  return {
    keyVault: new KeyVault(config.keyStorage, config.keyEncryptionKeys),
    tryApiKey: providerAt(config.providerBaseUrl),
  };
}

import { readConfig } from '../../src/config.js';
import { generateKeyEncryptionKey } from '../../src/keys/key-encryption-key.js';

/** The defaults, silent, with something to encrypt provider keys with, and a provider that takes any key. */
export const TEST_CONFIG = readConfig({
  LOG_LEVEL: 'silent',
  KEY_ENCRYPTION_KEYS: generateKeyEncryptionKey(),
  PROVIDER_BASE_URL: process.env['TEST_PROVIDER_URL'],
});

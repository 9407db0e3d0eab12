import { readConfig } from '../../src/config.js';
import { generateKeyEncryptionKey } from '../../src/keys/key-encryption-keys.js';

/** The defaults, silent, with something to encrypt provider keys with, a provider that takes any key, and bad tokens without end. */
export const TEST_CONFIG = readConfig({
  LOG_LEVEL: 'silent',
  KEY_ENCRYPTION_KEYS: generateKeyEncryptionKey(),
  SIGN_IN_FAILURE_LIMIT: '0',
  PROVIDER_BASE_URL: process.env['TEST_PROVIDER_URL'],
});

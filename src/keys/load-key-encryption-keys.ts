import { join } from 'node:path';
import type { DatabaseConfig } from '../database/open-configured.js';
import { ensureSecretFile, exists } from '../database/secret-file.js';
import { OperatorError } from '../operator-error.js';
import {
  BadKeyEncryptionKeys,
  generateKeyEncryptionKey,
  parseKeyEncryptionKeys,
  type KeyEncryptionKey,
} from './key-encryption-key.js';
import type { KeyConfig } from './key-context.js';

/** Where key-encryption keys come from. */
export type KeyFileConfig = Pick<KeyConfig, 'keyStorage' | 'keyEncryptionKeys'> &
  Pick<DatabaseConfig, 'databaseUrl' | 'dataDir'>;

const FILE = 'key-encryption-keys';

/**
 * The key-encryption keys to work with, newest first: those of KEY_ENCRYPTION_KEYS. Beside the embedded database,
 * where the variable is not set, one is made and kept in a file of the data folder; that file's keys go on opening
 * what they sealed when the variable is set later.
 *
 * @throws OperatorError when the file is not what it should be
 */
export async function loadKeyEncryptionKeys({
  databaseUrl,
  dataDir,
  keyStorage,
  keyEncryptionKeys,
}: KeyFileConfig): Promise<readonly KeyEncryptionKey[]> {
  if (databaseUrl !== undefined) return keyEncryptionKeys;
  const path = join(dataDir, FILE);
  const isNeeded = keyStorage === 'encrypted' && keyEncryptionKeys.length === 0;
  if (!isNeeded && !(await exists(path))) return keyEncryptionKeys;
  const kept = parseFile(path, await ensureSecretFile(path, generateKeyEncryptionKey));
  const known = new Set(keyEncryptionKeys.map(({ id }) => id));
  return [...keyEncryptionKeys, ...kept.filter(({ id }) => !known.has(id))];
}

function parseFile(path: string, text: string): KeyEncryptionKey[] {
  try {
    return parseKeyEncryptionKeys(text);
  } catch (error) {
    if (!(error instanceof BadKeyEncryptionKeys)) throw error;
    throw new OperatorError(
      `${path} does not hold key-encryption keys: ${error.message}. Put that file back from a backup; without it, stored provider keys cannot be read.`,
    );
  }
}

import type { Database } from '../database/database.js';
import { explainDatabaseError } from '../database/explain-error.js';
import type { UseDatabase } from '../database/open-configured.js';
import { OperatorError } from '../operator-error.js';
import {
  generateKeyEncryptionKey,
  type KeyFileConfig,
  loadKeyEncryptionKeys,
} from './key-encryption-keys.js';
import { KeyVault } from './key-vault.js';
import { reencryptKeys, type Reencryption } from './reencrypt.js';

/** Prints a fresh entry for KEY_ENCRYPTION_KEYS. */
export function printNewKey(): void {
  print(generateKeyEncryptionKey());
}

/**
 * Encrypts stored provider keys with the newest key-encryption key, and prints what became of them.
 *
 * @throws OperatorError when there is nothing to encrypt with
 */
export async function reencryptStoredKeys(config: KeyFileConfig, useDatabase: UseDatabase): Promise<void> {
  if (config.keyStorage === 'plaintext') {
    throw new OperatorError('KEY_STORAGE is plaintext, so nothing is to be encrypted. Unset it first.');
  }
  await useDatabase(async ({ database }) => {
    const vault = new KeyVault(config.keyStorage, await loadKeyEncryptionKeys(config));
    report(await reencrypt(database, vault));
  });
}

async function reencrypt({ orm }: Database, vault: KeyVault): Promise<Reencryption> {
  if (!vault.canSeal) {
    throw new OperatorError(
      'There is nothing to encrypt keys with. Set KEY_ENCRYPTION_KEYS to what "npm run --silent keys -- generate" prints.',
    );
  }
  try {
    return await reencryptKeys(orm.em.fork(), vault);
  } catch (error) {
    throw explainDatabaseError(error);
  }
}

function report({ encrypted, reencrypted, untouched, unreadable }: Reencryption): void {
  const total = encrypted.length + reencrypted.length + untouched.length + unreadable.length;
  print(
    total === 0
      ? 'No provider key is stored.'
      : `Stored provider keys: ${encrypted.length} encrypted that were in the clear, ${reencrypted.length} re-encrypted, ${untouched.length} encrypted with the newest key-encryption key already, ${unreadable.length} unreadable.`,
  );
  if (encrypted.length > 0) {
    print(
      "What was in the clear is still so in backups, and in the database's files until they are vacuumed: rotate such a key at the provider.",
    );
  }
  for (const { id, why } of unreadable) process.stderr.write(`Row ${id} of llm_configs: ${why}\n`);
  if (unreadable.length > 0) process.exitCode = 1;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

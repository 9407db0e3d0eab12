import { Command } from 'commander';
import type { UseDatabase } from '../database/open-configured.js';
import type { KeyFileConfig } from './key-encryption-keys.js';

/**
 * `keys`: looks after the keys that provider keys are encrypted with.
 *
 * @param useDatabase opens the migrated database
 * @param readConfig reads the environment
 */
export function keysCommand(useDatabase: UseDatabase, readConfig: () => Promise<KeyFileConfig>): Command {
  const command = new Command('keys').description('look after the encryption of the provider key');
  const actions = () => import('./keys-actions.js');
  command
    .command('generate')
    .description('print a fresh entry for KEY_ENCRYPTION_KEYS')
    .action(async () => {
      (await actions()).printNewKey();
    });
  command
    .command('reencrypt')
    .description('encrypt stored provider keys with the newest key-encryption key; those in the clear, too')
    .action(async () => {
      await (await actions()).reencryptStoredKeys(await readConfig(), useDatabase);
    });
  return command;
}

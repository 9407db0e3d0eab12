import { Command, Option } from 'commander';
import type { UseDatabase } from '../database/open-configured.js';
import { SCOPES } from './scope.js';
import type { CreateOptions } from './token-actions.js';

/**
 * `token create|list|revoke`: access tokens, for whoever has the database.
 *
 * @param useDatabase opens the migrated database
 */
export function tokenCommand(useDatabase: UseDatabase): Command {
  const command = new Command('token').description('make, list and revoke access tokens');
  const actions = () => import('./token-actions.js');
  command
    .command('create')
    .description('make a token; its secret is printed now and never again')
    .requiredOption('--name <name>', 'who or what will call with it')
    .addOption(
      new Option('--scope <scope...>', 'what it may do (repeatable)').choices(SCOPES).makeOptionMandatory(),
    )
    .option('--group <number...>', 'a group to limit it to (repeatable; default: all groups)')
    .option('--expires <time>', 'when it expires, such as 2027-01-01T00:00:00Z (default: never)')
    .action(async (options: CreateOptions) => {
      const { createToken, parseAskedToken } = await actions();
      const asked = parseAskedToken(options);
      await useDatabase(({ database }) => createToken(database, asked));
    });
  command
    .command('list')
    .description('list all tokens, the newest first')
    .action(async () => {
      const { listTokens } = await actions();
      await useDatabase(({ database }) => listTokens(database));
    });
  command
    .command('revoke')
    .argument('<id>', 'number of the token')
    .description('revoke a token; every server refuses it within 5 seconds')
    .action(async (id: string) => {
      const { revokeToken } = await actions();
      await useDatabase(({ database }) => revokeToken(database, id));
    });
  return command;
}

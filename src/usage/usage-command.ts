import { Command } from 'commander';
import type { UseDatabase } from '../database/open-configured.js';
import type { VerifyOptions } from './usage-actions.js';

/**
 * `usage verify|rebuild|status`: looks after the rollups that usage is read from.
 *
 * @param useDatabase opens the migrated database
 * @param signal stops the work when it is aborted; a server carries on with a rebuild that was begun
 */
export function usageCommand(useDatabase: UseDatabase, signal: AbortSignal): Command {
  const command = new Command('usage').description('compare usage with the calls, or make its rollups anew');
  const actions = () => import('./usage-actions.js');
  command
    .command('verify')
    .description('compare the rollups of usage with the calls, while writers go on')
    .option('--from <time>', 'only months that end after this time, such as 2026-10-01T00:00:00Z')
    .option('--to <time>', 'only months that begin before this time')
    .addHelpText('after', '\nExit codes: 0 no difference; 1 differences; 2 it could not be compared')
    .action(async (options: VerifyOptions) => {
      const { verify } = await actions();
      await verify(options, useDatabase, signal);
    });
  command
    .command('rebuild')
    .description('make the rollups of usage anew from the calls, while writers go on')
    .action(async () => {
      const { rebuild } = await actions();
      await useDatabase(({ database }) => rebuild(database, signal));
    });
  command
    .command('status')
    .description('tell whether the rollups of usage are complete, and what the last verify found')
    .action(async () => {
      const { printStatus } = await actions();
      await useDatabase(({ database }) => printStatus(database));
    });
  return command;
}

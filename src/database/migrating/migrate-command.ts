import { Command, Option } from 'commander';
import { DEPRECATED_TABLES } from './deprecated-tables.js';
import type { UseDatabase } from '../open-configured.js';
import type { MigrateOptions } from './migrate-actions.js';

/**
 * `migrate`: brings the database up to date, or tells what that would do or has done.
 *
 * @param useDatabase opens the database as it is, and closes it afterwards
 * @param signal leaves the work when it is aborted; what was begun can be run again
 */
export function migrateCommand(useDatabase: UseDatabase, signal: AbortSignal): Command {
  const names = DEPRECATED_TABLES.map(({ name }) => name).join(', ');
  return new Command('migrate')
    .description("bring the database's tables up to date")
    .addOption(
      new Option('--dry-run', 'print the pending SQL as a script for psql, and change nothing').conflicts([
        'status',
        'dropDeprecated',
      ]),
    )
    .addOption(
      new Option('--status', 'print which migrations have run, and when').conflicts('dropDeprecated'),
    )
    .option('--drop-deprecated', `drop what nothing uses any more (${names}), with the rows in it`)
    .addOption(new Option('--yes', 'drop without asking').conflicts(['dryRun', 'status']))
    .action(async (options: MigrateOptions, command: Command) => {
      const { yes, dropDeprecated } = options;
      if (yes && !dropDeprecated) command.error("error: option '--yes' goes with '--drop-deprecated'");
      const { runMigrate } = await import('./migrate-actions.js');
      await useDatabase(({ database }) => runMigrate(database, options, signal));
    });
}

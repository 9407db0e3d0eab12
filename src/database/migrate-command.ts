import { Command, Option } from 'commander';
import { OperatorError } from '../operator-error.js';
import { unlessAborted } from '../stop-signal.js';
import { confirm } from './confirm.js';
import type { Database } from './database.js';
import { DEPRECATED_TABLES } from './deprecated-tables.js';
import { dropTables, findDeprecated, type DroppableTable } from './drop-deprecated.js';
import { migrate, refusePendingMigrations } from './migrate.js';
import { migrationScript } from './migration-script.js';
import { migrationStatus } from './migration-status.js';

interface MigrateOptions {
  dryRun?: true;
  status?: true;
  dropDeprecated?: true;
  yes?: true;
}

/**
 * `migrate`: brings the database up to date, or tells what that would do or has done.
 *
 * @param useDatabase opens the database as it is, and closes it afterwards
 * @param signal leaves the work when it is aborted; what was begun can be run again
 */
export function migrateCommand(
  useDatabase: (use: (database: Database) => Promise<void>) => Promise<void>,
  signal: AbortSignal,
): Command {
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
    .action(async ({ dryRun, status, dropDeprecated, yes }: MigrateOptions, command: Command) => {
      if (yes && !dropDeprecated) command.error("error: option '--yes' goes with '--drop-deprecated'");
      await useDatabase(async (database) => {
        if (dryRun) await printScript(database);
        else if (status) print((await migrationStatus(database)).join('\n'));
        else if (dropDeprecated) await unlessAborted(signal, drop(database, yes === true, signal));
        else await unlessAborted(signal, bringUpToDate(database));
      });
    });
}

async function bringUpToDate(database: Database): Promise<void> {
  const ran = await migrate(database, (line) => process.stderr.write(`${line}\n`));
  print(ran.length === 0 ? 'The database is up to date.' : `Migrated: ${ran.join(', ')}.`);
}

async function printScript(database: Database): Promise<void> {
  print((await migrationScript(database)) ?? '-- The database is up to date; nothing is pending.');
}

async function drop(database: Database, sure: boolean, signal: AbortSignal): Promise<void> {
  await refusePendingMigrations(database);
  const tables = await findDeprecated(database);
  if (tables.length === 0) {
    print('There is no deprecated table any more.');
    return;
  }
  if (!sure && !(await askFor(tables, signal))) {
    print('Nothing was dropped.');
    return;
  }
  await dropTables(database, tables);
  print(`Dropped: ${tables.map(describe).join(', ')}.`);
}

function askFor(tables: DroppableTable[], signal: AbortSignal): Promise<boolean> {
  const what = tables.map((table) => `${describe(table)}: ${table.meaning}`).join('; ');
  if (!process.stdin.isTTY) {
    throw new OperatorError(
      `Nothing was dropped: this would drop ${what}, and there is no terminal to ask on. Add --yes to do it.`,
    );
  }
  return confirm(
    `This drops ${what}. They cannot be had back. Go on?`,
    process.stdin,
    process.stderr,
    signal,
  );
}

function describe({ name, rows }: DroppableTable): string {
  return `${name} (${rows.toLocaleString('en')} ${rows === 1 ? 'row' : 'rows'})`;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

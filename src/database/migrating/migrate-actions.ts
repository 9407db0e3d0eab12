import { OperatorError } from '../../operator-error.js';
import { unlessAborted } from '../../stop-signal.js';
import { confirm } from '../confirm.js';
import type { Database } from '../database.js';
import { dropTables, findDeprecated, type DroppableTable } from './drop-deprecated.js';
import { migrate, refusePendingMigrations } from './migrate.js';
import { migrationScript } from './migration-script.js';
import { migrationStatus } from './migration-record.js';

/** Options of `migrate`, as they were typed. */
export interface MigrateOptions {
  dryRun?: true;
  status?: true;
  dropDeprecated?: true;
  yes?: true;
}

/** Does what the options of `migrate` ask for, and prints what came of it. */
export async function runMigrate(
  database: Database,
  { dryRun, status, dropDeprecated, yes }: MigrateOptions,
  signal: AbortSignal,
): Promise<void> {
  if (dryRun) await printScript(database);
  else if (status) print((await migrationStatus(database)).join('\n'));
  else if (dropDeprecated) await unlessAborted(signal, drop(database, yes === true, signal));
  else await unlessAborted(signal, bringUpToDate(database));
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

import { Command } from 'commander';
import { sql } from 'kysely';
import type { Range } from '../call-logs/call-time-range.js';
import type { Database } from '../database/database.js';
import { explainDatabaseError } from '../database/explain-error.js';
import { OperatorError } from '../operator-error.js';
import {
  fromMicroseconds,
  parseTimestamp,
  toMicroseconds,
  toRfc3339,
  type Timestamp,
} from '../database/timestamp.js';
import { Stopped, unlessAborted } from '../stop-signal.js';
import { describeDifference } from './rollups/difference.js';
import { terminalProgress, type Progress } from './rollups/progress.js';
import { rebuildRollups } from './rollups/rebuild.js';
import { verifyRollups, type Verification } from './rollups/verify.js';

/** Exit codes of verify. */
const DIFFERENT = 1;
const COULD_NOT_VERIFY = 2;

/** Differences that are printed; more of them tell no more. */
const PRINTED = 20;

/** Opens the migrated database, and closes it afterwards. */
type UseDatabase = (use: (database: Database) => Promise<void>) => Promise<void>;

/**
 * `usage verify|rebuild|status`: looks after the rollups that usage is read from.
 *
 * @param signal leaves the work when it is aborted; what was begun, a server goes on with
 */
export function usageCommand(useDatabase: UseDatabase, signal: AbortSignal): Command {
  const command = new Command('usage').description('compare usage with the calls, or make its rollups anew');
  command
    .command('verify')
    .description('compare the rollups of usage with the calls, while writers go on')
    .option('--from <time>', 'only months that are not over by then, such as 2026-10-01T00:00:00Z')
    .option('--to <time>', 'only months that have begun before then')
    .addHelpText('after', '\nExit codes: 0 no difference; 1 differences; 2 it could not be compared')
    .action((options: { from?: string; to?: string }) => verifyOrExplain(options, useDatabase, signal));
  command
    .command('rebuild')
    .description('make the rollups of usage anew from the calls, while writers go on')
    .action(() =>
      useDatabase(async (database) => {
        await showProgress('rebuild', signal, (progress) => rebuildRollups(database, progress));
        print('The rollups are made anew.');
      }),
    );
  command
    .command('status')
    .description('tell whether the rollups of usage are complete, and what the last verify found')
    .action(() => useDatabase(printStatus));
  return command;
}

async function verifyOrExplain(
  options: { from?: string; to?: string },
  useDatabase: UseDatabase,
  signal: AbortSignal,
): Promise<void> {
  try {
    const range = readRange(options);
    await useDatabase(async (database) => {
      if (range.from !== undefined || range.to !== undefined) print(describeRange(range));
      report(
        await showProgress('verify', signal, (progress) => verifyRollups(database, range, PRINTED, progress)),
      );
    });
  } catch (error) {
    if (error instanceof Stopped) throw error;
    const explained = explainDatabaseError(error) as Error;
    process.stderr.write(`${explained instanceof OperatorError ? explained.message : explained.stack}\n`);
    process.exitCode = COULD_NOT_VERIFY;
  }
}

async function showProgress<T>(
  name: string,
  signal: AbortSignal,
  work: (progress: Progress) => Promise<T>,
): Promise<T> {
  const bar = terminalProgress(process.stderr, name);
  try {
    return await unlessAborted(signal, work(bar.update));
  } finally {
    bar.stop();
  }
}

function readRange({ from, to }: { from?: string; to?: string }): Range {
  const range = { from: readTime('--from', from), to: readTime('--to', to) };
  if (range.from !== undefined && range.to !== undefined && range.from >= range.to) {
    throw new OperatorError('There is no time between --from and --to; --to must be later.');
  }
  return range;
}

function readTime(option: string, text: string | undefined): Timestamp | undefined {
  try {
    return text === undefined ? undefined : parseTimestamp(text);
  } catch (error) {
    throw new OperatorError(`${option}: ${(error as Error).message}`);
  }
}

/** The largest buckets are months, so that no less can be compared. */
function describeRange({ from, to }: Range): string {
  const bounds = [
    ...(from === undefined ? [] : [`from ${from.slice(0, 7)}`]),
    ...(to === undefined ? [] : [`to ${fromMicroseconds(toMicroseconds(to) - 1n).slice(0, 7)}`]),
  ];
  return `Whole calendar months in UTC are compared: ${bounds.join(' ')}, inclusive.`;
}

function report({ months, wrong, differences }: Verification): void {
  for (const difference of differences) print(describeDifference(difference));
  if (wrong > differences.length) print(`… and ${count(wrong - differences.length, 'more rollup')}.`);
  const compared = count(months, 'month');
  if (wrong === 0) {
    print(`No difference: the rollups of ${compared} are what the calls add up to.`);
    return;
  }
  print(
    `${count(wrong, 'rollup')} in ${compared} ${wrong === 1 ? 'is' : 'are'} not what the calls add up to. Make them anew with "npm run usage -- rebuild"; "npm run check" tells whether what keeps them is in place.`,
  );
  process.exitCode = DIFFERENT;
}

async function printStatus({ sql: kysely }: Database): Promise<void> {
  const { rows } = await sql<{
    complete: boolean | null;
    deltas: string;
    verifiedAt: Timestamp | null;
    differences: string | null;
  }>`
    SELECT complete, deltas, verified_at AS "verifiedAt", differences
    FROM (SELECT count(*) AS deltas FROM llm_usage_deltas) AS waiting
    LEFT JOIN llm_usage_state ON true`.execute(kysely);
  const [{ complete, deltas, verifiedAt, differences } = { deltas: '0' }] = rows;
  print(
    complete
      ? 'The rollups are complete; usage is read from them.'
      : 'The rollups are not complete, and usage is read from the calls. A running server fills them.',
  );
  print(`${count(Number(deltas), 'change')} not moved into them yet.`);
  print(
    verifiedAt == null
      ? 'They have not been verified since they were made.'
      : `Last verified at ${toRfc3339(verifiedAt)}: ${count(Number(differences), 'wrong rollup')}.`,
  );
}

function count(number: number, what: string): string {
  return `${number.toLocaleString('en')} ${what}${number === 1 ? '' : 's'}`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

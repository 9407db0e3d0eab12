import { sql } from 'kysely';
import type { Range } from '../call-logs/call-time-range.js';
import type { Database } from '../database/database.js';
import { explainDatabaseError } from '../database/explain-error.js';
import type { UseDatabase } from '../database/open-configured.js';
import {
  fromMicroseconds,
  parseTimestamp,
  toMicroseconds,
  toRfc3339,
  type Timestamp,
} from '../database/timestamp.js';
import { OperatorError } from '../operator-error.js';
import { Stopped, unlessAborted } from '../stop-signal.js';
import { TerminalBar } from '../terminal-bar.js';
import { describeDifference } from './rollups/difference.js';
import type { Progress } from './rollups/maintain.js';
import { rebuildRollups } from './rollups/rebuild.js';
import { verifyRollups, type Verification } from './rollups/verify.js';

/** Options of `usage verify`, as they were typed. */
export interface VerifyOptions {
  from?: string;
  to?: string;
}

/** Exit codes of verify. */
const DIFFERENT = 1;
const COULD_NOT_VERIFY = 2;

/** Most differences that are printed; more of them would tell no more. */
const MAX_PRINTED = 20;

/** Compares usage with the calls, prints what differs, and sets the exit code to 1 for differences, 2 for a failure. */
export async function verify(
  options: VerifyOptions,
  useDatabase: UseDatabase,
  signal: AbortSignal,
): Promise<void> {
  try {
    const range = readRange(options);
    await useDatabase(async ({ database }) => {
      if (range.from !== undefined || range.to !== undefined) print(describeRange(range));
      report(
        await showProgress('verify', signal, (progress) =>
          verifyRollups(database, range, MAX_PRINTED, progress),
        ),
      );
    });
  } catch (error) {
    if (error instanceof Stopped) throw error;
    const explained = explainDatabaseError(error) as Error;
    process.stderr.write(`${explained instanceof OperatorError ? explained.message : explained.stack}\n`);
    process.exitCode = COULD_NOT_VERIFY;
  }
}

/** Makes the rollups anew. */
export async function rebuild(database: Database, signal: AbortSignal): Promise<void> {
  await showProgress('rebuild', signal, (progress) => rebuildRollups(database, progress));
  print('The rollups are made anew.');
}

async function showProgress<T>(
  name: string,
  signal: AbortSignal,
  work: (progress: Progress) => Promise<T>,
): Promise<T> {
  const bar = new TerminalBar(
    process.stderr,
    `${name} {bar} {percentage} % | {duration_formatted} | {eta_formatted} left`,
  );
  try {
    return await unlessAborted(
      signal,
      work((done, all) => {
        bar.update(done, all);
      }),
    );
  } finally {
    bar.stop();
  }
}

function readRange({ from, to }: VerifyOptions): Range {
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

/** The coarsest rollups are of months, so whole months are compared. */
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
    `${count(wrong, 'rollup')} in ${compared} ${wrong === 1 ? 'is' : 'are'} not what the calls add up to. Make them anew with "npm run usage -- rebuild"; "npm run check" tells whether the triggers that keep them are in place.`,
  );
  process.exitCode = DIFFERENT;
}

/** Prints whether usage is read from the rollups, what waits to be moved into them, and what the last verify found. */
export async function printStatus({ sql: kysely }: Database): Promise<void> {
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

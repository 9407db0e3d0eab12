import { sql } from 'kysely';
import type { ConfiguredDatabase } from '../database/open-configured.js';
import { OperatorError } from '../operator-error.js';
import { fillDemo } from './fill-demo.js';

const MAX_CALLS = 10_000_000;

/** Options of the demo command, as they were typed. */
export interface DemoArguments {
  calls: string;
  seed: string;
}

/**
 * Fills the demo's database with a year of calls up to now, unless it holds calls already.
 *
 * @throws OperatorError when an option is no number
 */
export async function ensureDemo(
  { database, url }: Pick<ConfiguredDatabase, 'database' | 'url'>,
  { calls, seed }: DemoArguments,
  print: (line: string) => void,
): Promise<void> {
  const options = {
    calls: wholeNumber('calls', calls, MAX_CALLS),
    seed: wholeNumber('seed', seed, 2 ** 31 - 1),
  };
  const { rows } = await sql`SELECT FROM llm_call_logs LIMIT 1`.execute(database.sql);
  if (rows.length > 0) return;
  print(`Making up ${options.calls.toLocaleString('en')} calls …`);
  const until = new Date();
  until.setUTCMinutes(0, 0, 0);
  await fillDemo(url, { ...options, until });
}

function wholeNumber(option: string, text: string, most: number): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= 1 && number <= most) return number;
  throw new OperatorError(
    `--${option} must be a whole number from 1 to ${most}, not ${JSON.stringify(text)}.`,
  );
}

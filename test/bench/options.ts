import { Command, InvalidArgumentError, Option } from 'commander';
import { BODY_SIZES, type BodySize } from './database/bodies.js';

/** What a run is asked for. */
export interface BenchOptions {
  calls: number;
  bodies: BodySize;
  database?: string;
  only?: string;
  growth: number[];
  memory?: number;
  rounds: number;
  json?: string;
}

/** The least that holds every group on every day that a case asks about. */
const FEWEST_CALLS = 50_000;

const ROUND_SECONDS = 2;

/**
 * Reads the command line; prints help or what is wrong, and ends the process then.
 */
export function readOptions(): BenchOptions {
  return new Command('npm run bench --')
    .description(
      'Measures this server, PostGraphile 5 and a hand-written handler on one database, in turn. Needs Linux.',
    )
    .option('--calls <number>', 'calls in the log', wholeNumber(FEWEST_CALLS), 1_000_000)
    .addOption(
      new Option(
        '--bodies <size>',
        'realistic: 2 KB a call; small: a word or two, for 10 million calls and more',
      )
        .choices(BODY_SIZES)
        .default('realistic'),
    )
    .option(
      '--database <folder>',
      'keep the databases there, for the next run; without, they are made anew and removed',
    )
    .option(
      '--only <text>',
      'only the cases whose names contain this; "start-up", "first check", "import", or "write cost" for what triggers cost',
    )
    .addOption(
      new Option(
        '--growth <numbers>',
        'instead of the cases: the dashboard on logs of so many calls, such as 1000000,10000000',
      )
        .argParser((text: string) => text.split(',').map(wholeNumber(FEWEST_CALLS)))
        .default([], 'none'),
    )
    .option(
      '--memory <minutes>',
      'instead of the cases: the memory of this server under mixed load for so long, and then under large pages',
      wholeNumber(1),
    )
    .option(
      '--rounds <number>',
      `rounds of ${ROUND_SECONDS} seconds for each server and case`,
      wholeNumber(1),
      5,
    )
    .option('--json <file>', 'write the results there, too')
    .parse()
    .opts<BenchOptions>();
}

/** @returns how long each round is, and how many there are */
export function roundsOf({ rounds }: BenchOptions): { count: number; seconds: number } {
  return { count: rounds, seconds: ROUND_SECONDS };
}

function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least.toLocaleString('en')}.`);
  };
}

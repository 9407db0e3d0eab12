import type { Measurement } from './measuring/measurement.js';
import type { ServerName } from './servers/server.js';

/** What was measured of a case. */
export interface Measured {
  measurements: Record<ServerName, Measurement>;
  /** Of our server at the case that this one is compared with, in the same rounds. */
  baseline: Measurement | null;
  /** Calls that each server wrote in a second; null where none was to be written. */
  written: Record<ServerName, number> | null;
}

const OURS = 'llm-call-log';

const AT_LEAST = {
  'times faster than PostGraphile': ({ measurements: { [OURS]: ours, PostGraphile } }: Measured) =>
    PostGraphile.median / ours.median,
  "times PostGraphile's requests a second": ({ measurements: { [OURS]: ours, PostGraphile } }: Measured) =>
    ours.throughput / PostGraphile.throughput,
  "times bare's requests a second": ({ measurements: { [OURS]: ours, bare } }: Measured) =>
    ours.throughput / bare.throughput,
  "times PostGraphile's calls a second": ({ written }: Measured) =>
    written ? written[OURS] / written.PostGraphile : NaN,
};

const AT_MOST = {
  milliseconds: ({ measurements: { [OURS]: ours } }: Measured) => ours.median,
  "times PostGraphile's CPU time a request": ({ measurements: { [OURS]: ours, PostGraphile } }: Measured) =>
    ours.cpu / PostGraphile.cpu,
  'times as long as our first page': ({ measurements: { [OURS]: ours }, baseline }: Measured) =>
    ours.median / (baseline?.median ?? NaN),
};

/** What a case should come to. Times are medians. */
export type Target =
  { figure: keyof typeof AT_LEAST; atLeast: number } | { figure: keyof typeof AT_MOST; atMost: number };

/** Whether a target is met. */
export interface Verdict {
  target: string;
  actual: number;
  met: boolean;
}

/** A figure that could not be had does not meet its target. */
export function judge(target: Target, measured: Measured): Verdict {
  if ('atLeast' in target) {
    const actual = AT_LEAST[target.figure](measured);
    return { target: `at least ${target.atLeast} ${target.figure}`, actual, met: actual >= target.atLeast };
  }
  const actual = AT_MOST[target.figure](measured);
  return { target: `at most ${target.atMost} ${target.figure}`, actual, met: actual <= target.atMost };
}

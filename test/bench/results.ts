import { cpus, loadavg, totalmem } from 'node:os';
import type { Case, Target } from './cases/case.js';
import type { Measurement } from './measuring/measure-case.js';
import type { WriteCost } from './measuring/write-cost.js';
import type { ServerName } from './servers/server.js';

/** What a run has found, as `--json` writes it. Times are in milliseconds, memory is in MB. */
export interface Results {
  command: string;
  startedAt: string;
  machine: Machine;
  /** In the log, or in each of the logs of different sizes. */
  calls: number[];
  bodies: string;
  cases: CaseResult[];
  /** The most memory that each server had resident in all the cases. */
  peakMemory: Partial<Record<ServerName, number>>;
  writeCosts: WriteCost[];
  growth: GrowthResult[];
}

export interface Machine {
  processor: string;
  cores: number;
  /** GB. */
  memory: number;
  node: string;
  /** How many processes wanted a core when the run began, in the mean of five minutes: what else goes on here. */
  load: number;
}

export interface CaseResult {
  name: string;
  clients: number;
  measurements: Record<ServerName, Measurement>;
  /** Our median as a part of the other's: above 1, we are so many times faster. */
  timesFaster: Record<Exclude<ServerName, 'llm-call-log'>, number>;
  /** Our CPU time a request to the other's. */
  cpuRatio: Record<Exclude<ServerName, 'llm-call-log'>, number>;
  note: string | null;
  verdicts: Verdict[];
}

/** Whether a target is met. */
export interface Verdict {
  target: string;
  actual: number;
  met: boolean;
}

/** What the dashboard costs on a log of so many calls. */
export interface GrowthResult {
  calls: number;
  median: number;
  p99: number;
  /** To the median on the first log. */
  ratio: number;
  /** What that ratio may be at the most, where there is a target. */
  limit: number | null;
}

export function thisMachine(): Machine {
  const processors = cpus();
  return {
    processor: processors[0]?.model ?? 'unknown',
    cores: processors.length,
    memory: Math.round(totalmem() / 1e9),
    node: process.version,
    load: loadavg()[1] ?? NaN,
  };
}

export function caseResult(asked: Case, measurements: Record<ServerName, Measurement>): CaseResult {
  const { 'llm-call-log': ours, PostGraphile: postgraphile, bare } = measurements;
  const timesFaster = { PostGraphile: postgraphile.median / ours.median, bare: bare.median / ours.median };
  const figures = {
    'times faster than PostGraphile': timesFaster.PostGraphile,
    milliseconds: ours.median,
  };
  return {
    name: asked.name,
    clients: asked.clients,
    measurements,
    timesFaster,
    cpuRatio: { PostGraphile: ours.cpu / postgraphile.cpu, bare: ours.cpu / bare.cpu },
    note: asked.postgraphile.insteadOf ?? null,
    verdicts: asked.targets.map((target) => judge(target, figures[target.figure])),
  };
}

function judge({ figure, limit }: Target, actual: number): Verdict {
  const isMost = figure === 'milliseconds';
  return {
    target: `${isMost ? 'at most' : 'at least'} ${limit} ${figure}`,
    actual,
    met: isMost ? actual <= limit : actual >= limit,
  };
}

import { cpus, loadavg, totalmem } from 'node:os';
import type { Case } from './cases/case.js';
import type { FirstCheckResult } from './measuring/measure-first-check.js';
import type { LargePagesResult } from './measuring/measure-large-pages.js';
import type { MemoryResult } from './measuring/measure-memory.js';
import type { StartUpResult } from './measuring/measure-start-up.js';
import type { Measurement } from './measuring/measurement.js';
import type { ImportResult } from './measuring/measure-import.js';
import type { WriteCost } from './measuring/write-cost.js';
import type { ServerName } from './servers/server.js';
import { judge, type Verdict } from './targets.js';

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
  imports: ImportResult[];
  growth: GrowthResult[];
  startUps: StartUpResult[];
  firstCheck: FirstCheckResult | null;
  memory: (MemoryResult & { largePages: LargePagesResult }) | null;
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
  /** How ours does against each of the others. */
  ratios: Record<Peer, Ratios>;
  /** Calls that each server wrote in a second; null where it is no case of writing. */
  written: Record<ServerName, number> | null;
  /** The case that our server was asked in the same rounds, where a target compares the two. */
  baseline: { name: string; measurement: Measurement } | null;
  note: string | null;
  verdicts: Verdict[];
}

type Peer = Exclude<ServerName, 'llm-call-log'>;

/** Our figures to another's. */
export interface Ratios {
  /** Its median to ours: above 1, we are so many times faster. */
  timesFaster: number;
  /** Requests a second. */
  throughput: number;
  /** CPU time a request. */
  cpu: number;
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

/** @param baseline of our server at the case's baseline, where it has one */
export function caseResult(
  asked: Case,
  measurements: Record<ServerName, Measurement>,
  baseline: Measurement | null,
): CaseResult {
  const { 'llm-call-log': ours, PostGraphile, bare } = measurements;
  const { writes } = asked;
  const written = writes && {
    'llm-call-log': ours.throughput * writes['llm-call-log'],
    PostGraphile: PostGraphile.throughput * writes.PostGraphile,
    bare: bare.throughput * writes.bare,
  };
  return {
    name: asked.name,
    clients: asked.clients,
    measurements,
    ratios: { PostGraphile: ratiosTo(PostGraphile, ours), bare: ratiosTo(bare, ours) },
    written: written ?? null,
    baseline: asked.baseline && baseline ? { name: asked.baseline.name, measurement: baseline } : null,
    note: asked.postgraphile.insteadOf?.what ?? null,
    verdicts: asked.targets.map((target) =>
      judge(target, { measurements, baseline, written: written ?? null }),
    ),
  };
}

function ratiosTo(other: Measurement, ours: Measurement): Ratios {
  return {
    timesFaster: other.median / ours.median,
    throughput: ours.throughput / other.throughput,
    cpu: ours.cpu / other.cpu,
  };
}

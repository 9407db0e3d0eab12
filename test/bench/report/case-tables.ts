import type { Measurement } from '../measuring/measurement.js';
import type { CaseResult, Ratios, Results } from '../results.js';
import type { ServerName } from '../servers/server.js';
import type { Verdict } from '../targets.js';
import { met, number, tableOf, type Row } from './table.js';

/** How each server did in each case, and which targets are met. */
export function caseSections({ cases, peakMemory }: Results): string[] {
  if (cases.length === 0) return [];
  const peaks = Object.entries(peakMemory).map(([name, peak]) => `${name} ${Math.round(peak)} MB`);
  return [
    tableOf(CASE_HEADS, cases.flatMap(caseRows)),
    ...cases.flatMap(({ name, note }) => (note === null ? [] : `${name}: ${note}.`)),
    ...cases.flatMap(({ name, written }) => (written ? [writtenLine(name, written)] : [])),
    `Peak memory: ${peaks.join(', ')}.`,
    tableOf(['target', 'actual', ''], cases.flatMap(targetRows)),
  ];
}

const CASE_HEADS: Row = [
  'case',
  'server',
  'median ms',
  'p99 ms',
  'requests/s',
  'CPU ms/request',
  'ours is faster',
  'our requests/s',
  'our CPU',
];

function caseRows({ name, clients, measurements, ratios, baseline, note }: CaseResult): Row[] {
  const title = clients === 1 ? name : `${name}, ${clients} clients`;
  const rows = (Object.keys(measurements) as ServerName[]).map((server, index) => [
    index === 0 ? title : '',
    server === 'PostGraphile' && note !== null ? `${server} (*)` : server,
    ...figuresOf(measurements[server]),
    ...(server === 'llm-call-log' ? [] : ratioCells(ratios[server])),
  ]);
  if (baseline) rows.push(['', baseline.name, ...figuresOf(baseline.measurement)]);
  return rows;
}

function writtenLine(name: string, written: Record<ServerName, number>): string {
  const { 'llm-call-log': ours, PostGraphile, bare } = written;
  const against = (other: number) => `${number(other)} (× ${number(ours / other)})`;
  return `${name}, calls/s: llm-call-log ${number(ours)}, PostGraphile ${against(PostGraphile)}, bare ${against(bare)}.`;
}

function figuresOf({ median, p99, throughput, cpu }: Measurement): Row {
  return [median, p99, throughput, cpu].map(number);
}

function ratioCells({ timesFaster, throughput, cpu }: Ratios): Row {
  return [timesFaster, throughput, cpu].map((ratio) => `× ${number(ratio)}`);
}

function targetRows({ name, verdicts }: CaseResult): Row[] {
  return verdicts.map(({ target, actual, met: isMet }: Verdict) => [
    `${name}: ${target}`,
    number(actual),
    met(isMet),
  ]);
}

import type { Measurement } from './measuring/measurement.js';
import type { CaseResult, Ratios, Results } from './results.js';
import type { ServerName } from './servers/server.js';
import type { Verdict } from './targets.js';

type Row = readonly string[];

/** The results as tables for a person to read, in Markdown. */
export function reportOf(results: Results): string {
  const { machine, calls, bodies } = results;
  const sections = [
    `${calls.map(count).join(' and ')} calls with ${bodies} bodies; ${machine.processor}, ${machine.cores} cores, ${machine.memory} GB, Node ${machine.node}, load ${machine.load.toFixed(1)} at the start`,
  ];
  if (results.cases.length > 0) {
    sections.push(tableOf(CASE_HEADS, results.cases.flatMap(caseRows)));
    sections.push(...results.cases.flatMap(({ name, note }) => (note === null ? [] : `${name}: ${note}.`)));
    sections.push(
      ...results.cases.flatMap(({ name, written }) => (written ? [writtenLine(name, written)] : [])),
    );
    const peaks = Object.entries(results.peakMemory).map(([name, peak]) => `${name} ${Math.round(peak)} MB`);
    sections.push(`Peak memory: ${peaks.join(', ')}.`);
    sections.push(tableOf(['target', 'actual', ''], results.cases.flatMap(targetRows)));
  }
  if (results.imports.length > 0) {
    const rows = results.imports.map(({ name, imported, copied, ratio, limit }) => [
      name,
      number(imported),
      number(copied),
      number(ratio),
      `at least ${limit}: ${met(ratio >= limit)}`,
    ]);
    sections.push(tableOf(['import', 'calls/s', 'calls/s of COPY', 'ratio', 'target'], rows));
  }
  if (results.writeCosts.length > 0) {
    const rows = results.writeCosts.map(({ name, withTriggers, withoutTriggers, ratio, limit }) => [
      name,
      number(withTriggers),
      number(withoutTriggers),
      number(ratio),
      `at most ${limit}: ${met(ratio <= limit)}`,
    ]);
    sections.push(tableOf(['write', 'ms with triggers', 'ms without', 'ratio', 'target'], rows));
  }
  if (results.growth.length > 0) {
    const rows = results.growth.map(({ calls, median, p99, ratio, limit }) => [
      count(calls),
      number(median),
      number(p99),
      number(ratio),
      limit === null ? '' : `at most ${limit}: ${met(ratio <= limit)}`,
    ]);
    sections.push(tableOf(['dashboard of a log of', 'median ms', 'p99 ms', 'ratio', 'target'], rows));
  }
  return `${sections.join('\n\n')}\n`;
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

function tableOf(heads: Row, rows: readonly Row[]): string {
  const widths = heads.map((head, column) =>
    Math.max(3, head.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: Row) =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |`;
  return [line(heads), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

/** Three digits or more, whatever the size. */
function number(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (value >= 1000) return count(Math.round(value));
  return value.toPrecision(3);
}

function count(value: number): string {
  return value.toLocaleString('en');
}

function met(isMet: boolean): string {
  return isMet ? 'met' : 'MISSED';
}

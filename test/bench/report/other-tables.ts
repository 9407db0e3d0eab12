import type { Results } from '../results.js';
import { count, met, number, tableOf } from './table.js';

export function startUpSections({ startUps }: Results): string[] {
  if (startUps.length === 0) return [];
  const rows = startUps.map(({ name, ready, firstAnswer, idleCpu, idleLimit }) => [
    name,
    number(ready),
    number(firstAnswer),
    number(idleCpu),
    idleLimit === null ? '' : `at most ${idleLimit}: ${met(idleCpu <= idleLimit)}`,
  ]);
  return [
    tableOf(
      ['start-up', 'ms until ready', 'ms of the first answer', 'CPU ms/s when idle', 'target when idle'],
      rows,
    ),
  ];
}

export function firstCheckSections({ firstCheck }: Results): string[] {
  if (!firstCheck) return [];
  const { answered, cpu, cpuLimit } = firstCheck;
  return [
    tableOf(
      ['first check', 'ms until answered', 'CPU ms', 'target'],
      [['llm-call-log', number(answered), number(cpu), `at most ${cpuLimit}: ${met(cpu <= cpuLimit)}`]],
    ),
  ];
}

export function importSections({ imports }: Results): string[] {
  if (imports.length === 0) return [];
  const rows = imports.map(({ name, imported, copied, ratio, limit }) => [
    name,
    number(imported),
    number(copied),
    number(ratio),
    `at least ${limit}: ${met(ratio >= limit)}`,
  ]);
  return [tableOf(['import', 'calls/s', 'calls/s of COPY', 'ratio', 'target'], rows)];
}

export function writeCostSections({ writeCosts }: Results): string[] {
  if (writeCosts.length === 0) return [];
  const rows = writeCosts.map(({ name, withTriggers, withoutTriggers, ratio, limit }) => [
    name,
    number(withTriggers),
    number(withoutTriggers),
    number(ratio),
    `at most ${limit}: ${met(ratio <= limit)}`,
  ]);
  return [tableOf(['write', 'ms with triggers', 'ms without', 'ratio', 'target'], rows)];
}

export function growthSections({ growth }: Results): string[] {
  if (growth.length === 0) return [];
  const rows = growth.map(({ calls, median, p99, ratio, limit }) => [
    count(calls),
    number(median),
    number(p99),
    number(ratio),
    limit === null ? '' : `at most ${limit}: ${met(ratio <= limit)}`,
  ]);
  return [tableOf(['dashboard of a log of', 'median ms', 'p99 ms', 'ratio', 'target'], rows)];
}

export function memorySections({ memory }: Results): string[] {
  if (!memory) return [];
  const { minutes, peak, peakLimit, growth, growthLimit, largePages } = memory;
  const { answered, refused, healthP99, healthMost, healthLimit } = largePages;
  return [
    tableOf(
      ['minute', 'MB', 'requests'],
      minutes.map(({ memory, requests }, index) => [String(index + 1), number(memory), count(requests)]),
    ),
    tableOf(
      ['memory under mixed load', 'actual', 'target'],
      [
        ['peak, MB', number(peak), `less than ${peakLimit}: ${met(peak < peakLimit)}`],
        ['last third to first', number(growth), `at most ${growthLimit}: ${met(growth <= growthLimit)}`],
      ],
    ),
    tableOf(
      ['64 clients, pages of 1,000 with bodies', 'actual', 'target'],
      [
        ['pages', count(answered), ''],
        ['requests refused', count(refused), ''],
        ['health, p99 ms', number(healthP99), `at most ${healthLimit}: ${met(healthP99 <= healthLimit)}`],
        ['health, slowest ms', number(healthMost), ''],
        ['peak memory, MB', number(largePages.peak), ''],
      ],
    ),
  ];
}

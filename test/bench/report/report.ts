import type { Results } from '../results.js';
import { caseSections } from './case-tables.js';
import {
  firstCheckSections,
  growthSections,
  importSections,
  memorySections,
  startUpSections,
  writeCostSections,
} from './other-tables.js';
import { count } from './table.js';

/** The results as tables for a person to read, in Markdown. */
export function reportOf(results: Results): string {
  const { machine, calls, bodies } = results;
  const sections = [
    `${calls.map(count).join(' and ')} calls with ${bodies} bodies; ${machine.processor}, ${machine.cores} cores, ${machine.memory} GB, Node ${machine.node}, load ${machine.load.toFixed(1)} at the start`,
    ...startUpSections(results),
    ...firstCheckSections(results),
    ...caseSections(results),
    ...importSections(results),
    ...writeCostSections(results),
    ...growthSections(results),
    ...memorySections(results),
  ];
  return `${sections.join('\n\n')}\n`;
}

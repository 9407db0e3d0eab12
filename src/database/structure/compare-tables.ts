import { compareColumns } from './compare-columns.js';
import { compareConstraints } from './compare-constraints.js';
import { compareIndexes } from './compare-indexes.js';
import { compareTriggers } from './compare-triggers.js';
import type { ExpectedTable } from './entity-tables.js';
import { Risk, type Finding } from './finding.js';
import type { LiveTables } from './live-tables.js';

/**
 * What the live tables have other than the entities say. Needs {@link loadParser} first.
 *
 * @throws nothing: whatever cannot be compared is a finding
 */
export function compareTables(expected: readonly ExpectedTable[], live: LiveTables): Finding[] {
  return expected.flatMap((table) => {
    const found = live.tables.get(table.name);
    if (!found) return [missing(table, live.elsewhere.get(table.name) ?? [])];
    if (!found.isTable) return [noTable(table)];
    return [
      ...compareColumns(table, found),
      ...compareConstraints(table, found),
      ...compareIndexes(table, found),
      ...compareTriggers(table, found),
    ];
  });
}

function missing({ name, entity }: ExpectedTable, elsewhere: string[]): Finding {
  return {
    kind: 'TABLE_MISSING',
    risk: Risk.HIGH,
    table: name,
    column: null,
    problem: `There is no table ${name}, which the entity ${entity} stands for.`,
    effect: 'Whatever reads or writes it fails.',
    advice: elsewhere.length
      ? `There is one in the schema ${elsewhere.join(', ')}, which is not on the search path, or which this user may not use: mend that.`
      : 'Run "npm run migrate"; where that has run before, restore the table from a backup.',
  };
}

function noTable({ name }: ExpectedTable): Finding {
  return {
    kind: 'TABLE_KIND',
    risk: Risk.HIGH,
    table: name,
    column: null,
    problem: `${name} is no plain table, but a view, a partitioned table or the like.`,
    effect: 'Rows cannot be written, or indexes cannot be built on it while writers go on.',
    advice: 'Put a plain table in its place, or name the schema of one first in the search path.',
  };
}

import type { ExpectedTable } from './entity-tables.js';
import { identifier, Risk, type Finding } from './finding.js';
import type { LiveTable } from './live-tables.js';
import { sameDefinition } from './sql-shape.js';

/** What the indexes and triggers of a live table have other than its entity says. Names of indexes do not matter. */
export function compareIndexes(expected: ExpectedTable, live: LiveTable): Finding[] {
  return [...compareNeeded(expected, live), ...compareUnique(expected, live)];
}

function compareNeeded(expected: ExpectedTable, live: LiveTable): Finding[] {
  return expected.indexes.flatMap(({ name, definition }): Finding[] => {
    const same = live.indexes.filter((index) => sameDefinition(index.definition, definition));
    if (same.some(({ usable }) => usable)) return [];
    const effect = 'Lists and counts that need it scan the whole table.';
    const build = `${definition.replace(/^(create (unique )?index)/i, '$1 CONCURRENTLY')};`;
    const [unusable] = same;
    return [
      unusable
        ? {
            kind: 'INDEX_UNUSABLE',
            risk: Risk.MEDIUM,
            table: live.name,
            column: null,
            problem: `The index ${unusable.name} of ${live.name} is invalid: it was not built to its end.`,
            effect: `${effect} Writers keep it up to date in vain.`,
            advice: `REINDEX INDEX CONCURRENTLY ${identifier(live.schema)}.${identifier(unusable.name)};`,
          }
        : {
            kind: 'INDEX_MISSING',
            risk: Risk.MEDIUM,
            table: live.name,
            column: null,
            problem: `${live.name} lacks the index ${name}.`,
            effect,
            advice: build,
          },
    ];
  });
}

/** An index of another program costs time alone, but a unique one can refuse rows. */
function compareUnique(expected: ExpectedTable, live: LiveTable): Finding[] {
  return live.indexes
    .filter(({ unique, constraint, definition }) => {
      // What an index holds besides its key makes nothing unique.
      const [key = ''] = definition.split(' INCLUDE ');
      const primary = live.constraints.some(
        ({ kind, columns }) => kind === 'primary key' && key.endsWith(`(${columns.join(', ')})`),
      );
      const wanted = expected.indexes.some((index) => sameDefinition(index.definition, definition));
      return unique && !wanted && !(constraint && primary);
    })
    .map(({ name, definition }) => ({
      kind: 'INDEX_EXTRA_UNIQUE',
      risk: Risk.LOW,
      table: live.name,
      column: null,
      problem: `${live.name} has a unique index that this product does not know: ${name}.`,
      effect: `Rows that repeat a value are refused by the database (${definition}).`,
      advice: 'Leave it where it is meant; otherwise drop it.',
    }));
}

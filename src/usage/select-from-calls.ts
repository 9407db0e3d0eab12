import { sql, type RawBuilder } from 'kysely';
import { dimensionsOf, keyColumns, rangeAndKeys, wantedKeys, type AskedSlices } from './keys.js';
import { arrange, place } from './stretches.js';

/**
 * Selects figures of some slices from their calls: a row for each slice that has any, and for each value of `by`.
 *
 * @param columns aggregates
 */
export function selectFromCalls(
  asked: AskedSlices,
  columns: RawBuilder<unknown>,
): RawBuilder<Record<string, unknown>> {
  const { family, slices } = asked;
  const dimensions = dimensionsOf(asked);
  const arrangement = arrange(
    family.ranges,
    slices.map(({ rangeIndex }) => rangeIndex),
  );
  const calls = {
    ...{ columns: sql`*`, table: sql`llm_call_logs`, time: sql`call_time` },
    where: [family.predicate, ...wantedKeys(asked, 'calls')],
  };
  const { from, index } = place(calls, arrangement.stretches, arrangement);
  return sql`
    SELECT ${index} AS "rangeIndex", ${keyColumns(dimensions, 'calls')} ${columns}
    FROM ${from}
    GROUP BY ${rangeAndKeys(dimensions)}`;
}

import { sql, type RawBuilder } from 'kysely';
import { allOf } from '../call-logs/selection.js';
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
  const keys = wantedKeys(asked, 'calls');
  const { from, index } = place(
    sql`call_time`,
    arrangement.stretches,
    arrangement,
    (conditions) =>
      sql`SELECT * FROM llm_call_logs WHERE ${allOf([family.predicate, ...conditions, ...keys])}`,
  );
  return sql`
    SELECT ${index} AS "rangeIndex", ${keyColumns(dimensions, 'calls')} ${columns}
    FROM ${from}
    GROUP BY ${rangeAndKeys(dimensions)}`;
}

import { sql, type RawBuilder } from 'kysely';
import { allOf } from '../call-logs/selection.js';
import { keyName } from './keys.js';
import { bySlice, readRows } from './read-rows.js';
import { DIMENSIONS } from './rollups/dimensions.js';
import { selectFromCalls } from './select-from-calls.js';
import { areRolledUp } from './select-from-rollups.js';
import type { Family, Slice } from './slice.js';
import { NO_CALLS, type CallTimes } from './totals-columns.js';

/** When the first and the last call of a slice were made; slices of one family cost one statement. */
export async function callTimesOf(slice: Slice): Promise<CallTimes> {
  const { family, totals } = slice;
  if (totals?.callTimes) return totals.callTimes;
  const load = async (slices: readonly Slice[]) => {
    const asked = { family, slices };
    // Without a condition that rollups do not know, an index leads straight to both ends.
    const statement = areRolledUp(asked, 'units')
      ? probe(slices, family)
      : selectFromCalls(asked, sql`min(call_time) AS "firstCallTime", max(call_time) AS "lastCallTime"`);
    const rows = bySlice(await readRows(asked, statement));
    return slices.map(({ id }) => (rows.get(id) as CallTimes | undefined) ?? NO_CALLS);
  };
  return family.loader('callTimes', load, ({ id }) => id).load(slice);
}

/**
 * Looks up both ends of each slice in an index, which ends at the first call it finds. Rollups cannot have them: when
 * the earliest call is deleted, a rollup does not know the next one.
 */
function probe(slices: readonly Slice[], family: Family): RawBuilder<Record<string, unknown>> {
  // An index finds calls without a value by IS NULL alone, so those slices have parts of the statement to themselves.
  const alike = Map.groupBy(slices, ({ keys }) => keys.map((key) => key === null).join());
  const parts = [...alike.values()].map((some) => {
    // Of one range, which most slices are of, the index is known beforehand.
    const ranges = new Set(some.map(({ rangeIndex }) => rangeIndex));
    const [rangeIndex] = ranges;
    const index = ranges.size === 1 ? sql`${rangeIndex}::integer` : sql`wanted.range_index`;
    const isNull = (index: number) => some[0]?.keys[index] === null;
    const arrays = family.dimensions.map((dimension, index) => {
      const values = some.map(({ keys }) => keys[index] ?? null);
      return sql`, ${values}::${sql.raw(DIMENSIONS[dimension].type)}[]`;
    });
    const same = family.dimensions.map((dimension, index) =>
      isNull(index)
        ? sql`${DIMENSIONS[dimension].calls} IS NULL`
        : sql`${DIMENSIONS[dimension].calls} = wanted.${keyName(index)}`,
    );
    const names = family.dimensions.map((_, index) => sql`, ${keyName(index)}`);
    const one = (end: RawBuilder<unknown>) => sql`(
      SELECT ${end} FROM llm_call_logs
      WHERE ${allOf([family.predicate, ...same])} AND call_time >= range_from AND call_time < range_to
    )`;
    return sql`
      SELECT ${index} AS "rangeIndex"${all(names)},
        ${one(sql`min(call_time)`)} AS "firstCallTime", ${one(sql`max(call_time)`)} AS "lastCallTime"
      FROM unnest(
        ${some.map(({ rangeIndex }) => rangeIndex)}::integer[],
        ${some.map(({ range }) => range.from ?? '-infinity')}::timestamp[],
        ${some.map(({ range }) => range.to ?? 'infinity')}::timestamp[]${all(arrays)}
      ) AS wanted (range_index, range_from, range_to${all(names)})`;
  });
  return sql.join<Record<string, unknown>>(parts, sql` UNION ALL `);
}

function all(parts: RawBuilder<unknown>[]): RawBuilder<unknown> {
  return parts.length === 0 ? sql`` : sql.join(parts, sql``);
}

import { sql, type RawBuilder } from 'kysely';
import { allOf, withinRange, type Range } from '../call-logs/selection.js';
import type { Predicate } from '../call-logs/filter-operators.js';
import { DIMENSIONS, sliceId, type Dimension, type Family, type Key, type Slice } from './slice.js';

/** A statement's rows by the slice that they are about. */
export interface ScanRow {
  rangeIndex: number;
  keys: Key[];
  row: Record<string, unknown>;
}

/**
 * Groups the calls of some slices of one family by slice, and further by `by` where it is given: one
 * statement, whatever the number of slices.
 *
 * @param columns aggregates to select
 */
export function groupCalls(
  slices: readonly Pick<Slice, 'rangeIndex' | 'keys'>[],
  family: Family,
  columns: RawBuilder<unknown>,
  by?: Dimension,
): RawBuilder<Record<string, unknown>> {
  const dimensions = by ? [...family.dimensions, by] : family.dimensions;
  const keys = dimensions.map(
    (dimension, index) => sql`${DIMENSIONS[dimension].expression} AS ${sql.ref(`key${index}`)}`,
  );
  const wantedKeys = family.dimensions.map((dimension, index) =>
    isOneOf(dimension, new Set(slices.map((slice) => slice.keys[index] ?? null))),
  );
  const time = splitByRange(family.ranges, new Set(slices.map((slice) => slice.rangeIndex)));
  const groupBy = [sql`1`, ...dimensions.map((_, index) => sql.raw(String(index + 2)))];
  return sql`
    SELECT ${sql.join([sql`${time.index} AS "rangeIndex"`, ...keys, columns])}
    FROM ${time.from}
    WHERE ${allOf([family.predicate, ...time.conditions, ...wantedKeys])}
    GROUP BY ${sql.join(groupBy)}`;
}

/** Runs a statement of {@link groupCalls}, as it is or wrapped. */
export async function runScan(
  family: Family,
  statement: RawBuilder<Record<string, unknown>>,
  dimensions: number,
): Promise<ScanRow[]> {
  const { rows } = await statement.execute(family.sql);
  return rows.map((row) => ({
    rangeIndex: Number(row['rangeIndex']),
    keys: Array.from({ length: dimensions }, (_, index) => {
      const key = row[`key${index}`] as string | number | null;
      return key === null ? null : String(key);
    }),
    row,
  }));
}

/** The rows of a statement by slice. */
export function bySlice(rows: ScanRow[]): Map<string, Record<string, unknown>> {
  return new Map(rows.map(({ rangeIndex, keys, row }) => [sliceId(rangeIndex, keys), row]));
}

function isOneOf(dimension: Dimension, keys: Set<Key>): Predicate {
  const { expression, type } = DIMENSIONS[dimension];
  const values = [...keys].filter((key) => key !== null);
  const among = sql`${expression} = ANY(${values}::${sql.raw(type)}[])`;
  return keys.has(null) ? sql`(${among} OR ${expression} IS NULL)` : among;
}

interface TimeSplit {
  from: RawBuilder<unknown>;
  index: RawBuilder<unknown>;
  conditions: Predicate[];
}

/** Finds, for a call, the index of the range that it falls into; a call can fall into several that overlap. */
function splitByRange(ranges: readonly Range[], wanted: Set<number>): TimeSplit {
  const indexes = [...wanted].sort((one, other) => one - other);
  const chosen = indexes.map((index) => ranges[index] ?? {});
  const only = chosen.length === 1 ? chosen[0] : undefined;
  const from = sql`llm_call_logs`;
  if (only) return { from, index: sql`${indexes[0]}::integer`, conditions: withinRange(only) };

  const starts = chosen.map((range) => range.from ?? '-infinity');
  const ends = chosen.map((range) => range.to ?? 'infinity');
  const adjoining = starts.every((start, index) => index === 0 || start === ends[index - 1]);
  if (adjoining) {
    // Buckets of a series: a binary search per call instead of a comparison with every range.
    const position = sql`width_bucket(call_time, ${starts}::timestamp[])`;
    const index = sql`(${indexes}::integer[])[${position}]`;
    return { from, index, conditions: withinRange({ from: starts[0], to: ends.at(-1) }) };
  }
  return {
    from: sql`unnest(${indexes}::integer[], ${starts}::timestamp[], ${ends}::timestamp[])
      AS ranges (range_index, range_from, range_to)
      JOIN llm_call_logs ON call_time >= range_from AND call_time < range_to`,
    index: sql`range_index`,
    conditions: [],
  };
}

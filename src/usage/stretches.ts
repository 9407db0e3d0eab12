import { sql, type RawBuilder } from 'kysely';
import type { Predicate } from '../call-logs/filter-operators.js';
import { withinRange, type Range } from '../call-logs/call-time-range.js';
import { allOf } from '../call-logs/selection.js';

/** A piece of one of the ranges of a family. */
export interface Stretch extends Range {
  rangeIndex: number;
}

/** Some ranges of a family, in the order of time. */
export interface Arrangement {
  stretches: readonly Stretch[];
  /** Whether no moment lies in two of them. */
  disjoint: boolean;
}

/** Rows to place, and when each of them is: a SELECT to which conditions on that column are added. */
export interface TimedRows {
  columns: RawBuilder<unknown>;
  table: RawBuilder<unknown>;
  time: RawBuilder<unknown>;
  where: Predicate[];
}

/** Rows of some stretches, as FROM takes them, and for each row the index of the range that it lies in. */
export interface Placed {
  from: RawBuilder<unknown>;
  index: RawBuilder<unknown>;
}

/** @param wanted indexes of ranges */
export function arrange(ranges: readonly Range[], wanted: Iterable<number>): Arrangement {
  const stretches = [...new Set(wanted)]
    .map((rangeIndex) => ({ ...ranges[rangeIndex], rangeIndex }))
    .sort((one, other) => ((one.from ?? '') < (other.from ?? '') ? -1 : 1));
  const disjoint = stretches.every(({ from }, index) => {
    const before = stretches[index - 1];
    return !before || (from !== undefined && before.to !== undefined && before.to <= from);
  });
  return { stretches, disjoint };
}

/**
 * Places rows in ranges by their time. Where ranges are disjoint, a binary search for each row finds its range, and
 * neighbouring stretches are read as one.
 *
 * @param stretches the parts of the ranges that are read
 */
export function place(
  { columns, table, time, where }: TimedRows,
  stretches: readonly Stretch[],
  { stretches: ranges, disjoint }: Arrangement,
): Placed {
  const rowsWithin = (conditions: Predicate[]) =>
    sql`SELECT ${columns} FROM ${table} WHERE ${allOf([...where, ...conditions])}`;
  const runs = disjoint ? mergeNeighbours(stretches) : stretches;
  const [only, ...others] = runs;
  if (only && others.length === 0) {
    const index = disjoint ? search(time, ranges) : sql`${only.rangeIndex}::integer`;
    return { from: sql`LATERAL (${rowsWithin(withinRange(only, time))}) AS rows`, index };
  }
  const within = [sql`${time} >= stretches.range_from`, sql`${time} < stretches.range_to`];
  const indexes = runs.map(({ rangeIndex }) => rangeIndex);
  const starts = runs.map(({ from }) => from ?? '-infinity');
  const ends = runs.map(({ to }) => to ?? 'infinity');
  // OFFSET 0 has each stretch looked up in an index: PostgreSQL expects too much of a join on two inequalities.
  return {
    from: sql`unnest(${indexes}::integer[], ${starts}::timestamp[], ${ends}::timestamp[])
      AS stretches (range_index, range_from, range_to)
      CROSS JOIN LATERAL (${rowsWithin(within)} OFFSET 0) AS rows`,
    index: disjoint ? search(time, ranges) : sql`stretches.range_index`,
  };
}

/** The index of the range that a row of disjoint ranges lies in. */
function search(time: RawBuilder<unknown>, ranges: readonly Stretch[]): RawBuilder<unknown> {
  const [only, ...others] = ranges;
  if (only && others.length === 0) return sql`${only.rangeIndex}::integer`;
  const indexes = ranges.map(({ rangeIndex }) => rangeIndex);
  const starts = ranges.map(({ from }) => from ?? '-infinity');
  return sql`(${indexes}::integer[])[width_bucket(${time}, ${starts}::timestamp[])]`;
}

/** @param stretches in the order of time */
function mergeNeighbours(stretches: readonly Stretch[]): Stretch[] {
  const merged: Stretch[] = [];
  for (const stretch of stretches) {
    const before = merged.at(-1);
    if (before?.to !== undefined && before.to === stretch.from) before.to = stretch.to;
    else merged.push({ ...stretch });
  }
  return merged;
}

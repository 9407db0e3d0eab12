import { sql, type RawBuilder } from 'kysely';
import type { Predicate } from '../call-logs/filter-operators.js';
import type { Range } from '../call-logs/selection.js';

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

/** SQL that finds the rows of some stretches, and for each row the index of the range that it lies in. */
export interface Placed {
  /** What to add to FROM, after the table. */
  join: RawBuilder<unknown>;
  conditions: Predicate[];
  index: RawBuilder<unknown>;
}

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
 * Places rows by a column of times. Where ranges are disjoint, a binary search for each row finds its range, and
 * neighbouring stretches are read as one.
 */
export function place(
  column: RawBuilder<unknown>,
  stretches: readonly Stretch[],
  { stretches: ranges, disjoint }: Arrangement,
): Placed {
  const runs = disjoint ? mergeNeighbours(stretches) : stretches;
  const [only, ...others] = runs;
  const single = ranges.length === 1 ? ranges[0] : others.length === 0 && !disjoint ? only : undefined;
  const index = single
    ? sql`${single.rangeIndex}::integer`
    : disjoint
      ? sql`(${ranges.map(({ rangeIndex }) => rangeIndex)}::integer[])[width_bucket(
          ${column}, ${ranges.map(({ from }) => from ?? '-infinity')}::timestamp[])]`
      : sql`stretches.range_index`;
  if (only && others.length === 0) {
    return { join: sql``, conditions: withinStretch(column, only), index };
  }
  const indexes = runs.map(({ rangeIndex }) => rangeIndex);
  const starts = runs.map(({ from }) => from ?? '-infinity');
  const ends = runs.map(({ to }) => to ?? 'infinity');
  return {
    join: sql`JOIN unnest(${indexes}::integer[], ${starts}::timestamp[], ${ends}::timestamp[])
      AS stretches (range_index, range_from, range_to) ON ${column} >= range_from AND ${column} < range_to`,
    conditions: [],
    index,
  };
}

function withinStretch(column: RawBuilder<unknown>, { from, to }: Range): Predicate[] {
  return [
    ...(from === undefined ? [] : [sql`${column} >= ${from}::timestamp`]),
    ...(to === undefined ? [] : [sql`${column} < ${to}::timestamp`]),
  ];
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

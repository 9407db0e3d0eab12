import { sql, type RawBuilder } from 'kysely';
import type { Predicate } from '../call-logs/filter-operators.js';
import { DIMENSIONS, type Dimension, type Key } from './rollups/dimensions.js';
import type { Family, Slice } from './slice.js';

/** Slices of one family that one statement is to answer for. */
export interface AskedSlices {
  family: Family;
  slices: readonly Pick<Slice, 'rangeIndex' | 'keys'>[];
  /** A dimension that splits them further. */
  by?: Dimension | undefined;
}

/** Where rows come from: calls of the log, or cells of rollups and deltas, which have a column for each dimension. */
type RowKind = 'calls' | 'cells';

/** The dimensions whose values tell the rows of an answer apart. */
export function dimensionsOf({ family, by }: AskedSlices): readonly Dimension[] {
  return by ? [...family.dimensions, by] : family.dimensions;
}

/** The keys of rows, to be selected as key0, key1 and so on; each with a comma behind it. */
export function keyColumns(dimensions: readonly Dimension[], kind: RowKind): RawBuilder<unknown> {
  return sequence(
    dimensions.map((dimension, index) => sql`${DIMENSIONS[dimension][kind]} AS ${keyName(index)}, `),
  );
}

/** Keys that were selected so; each with a comma behind it. */
export function selectedKeys(dimensions: readonly Dimension[]): RawBuilder<unknown> {
  return sequence(dimensions.map((_, index) => sql`${keyName(index)}, `));
}

/** For GROUP BY, where the index of the range is selected first and the keys follow it. */
export function rangeAndKeys(dimensions: readonly Dimension[]): RawBuilder<unknown> {
  return sql.raw([1, ...dimensions.map((_, index) => index + 2)].join(', '));
}

export function keyName(index: number): RawBuilder<unknown> {
  return sql.ref(`key${index}`);
}

/** Conditions that only rows of these slices meet, or of others that share their keys one by one. */
export function wantedKeys({ family, slices }: AskedSlices, kind: RowKind): Predicate[] {
  return family.dimensions.map((dimension, index) =>
    isOneOf(dimension, new Set(slices.map(({ keys }) => keys[index] ?? null)), kind),
  );
}

function isOneOf(dimension: Dimension, keys: Set<Key>, kind: RowKind): Predicate {
  const expression = DIMENSIONS[dimension][kind];
  const values = [...keys].filter((key) => key !== null);
  const among = sql`${expression} = ANY(${values}::${sql.raw(DIMENSIONS[dimension].type)}[])`;
  return keys.has(null) ? sql`(${among} OR ${expression} IS NULL)` : among;
}

function sequence(parts: RawBuilder<unknown>[]): RawBuilder<unknown> {
  return parts.length === 0 ? sql`` : sql.join(parts, sql``);
}

import { sql, type RawBuilder } from 'kysely';
import { allOf } from '../call-logs/selection.js';
import { keyColumns, wantedKeys } from './keys.js';
import { sliceId, type Dimension, type Family, type Key, type Slice } from './slice.js';
import { arrange, place } from './stretches.js';

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
  const arrangement = arrange(
    family.ranges,
    slices.map(({ rangeIndex }) => rangeIndex),
  );
  const keys = wantedKeys(family, slices, 'calls');
  const { from, index } = place(
    sql`call_time`,
    arrangement.stretches,
    arrangement,
    (conditions) =>
      sql`SELECT * FROM llm_call_logs WHERE ${allOf([family.predicate, ...conditions, ...keys])}`,
  );
  const groupBy = [sql`1`, ...dimensions.map((_, position) => sql.raw(String(position + 2)))];
  return sql`
    SELECT ${index} AS "rangeIndex", ${keyColumns(dimensions, 'calls')} ${columns}
    FROM ${from}
    GROUP BY ${sql.join(groupBy)}`;
}

/** Runs a statement of {@link groupCalls}, as it is or wrapped. */
export async function runScan(
  family: Family,
  statement: RawBuilder<Record<string, unknown>>,
  dimensions: number,
): Promise<ScanRow[]> {
  const { rows } = await statement.execute(family.reader.sql);
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

import { sql, type RawBuilder } from 'kysely';
import { allOf, type CellSelection } from '../../call-logs/selection.js';
import { keyColumns, selectedKeys, wantedKeys } from '../keys.js';
import type { Dimension, Family, Slice } from '../slice.js';
import { arrange, place, type Arrangement, type Stretch } from '../stretches.js';
import { CALL_FACTS } from './call-facts.js';
import { SUMS } from './compact-sql.js';
import { coverRange, toTimestamp, type Cover } from './cover.js';
import { CUBE, unitCode, UNITS, type DimensionSet, type Unit } from './cube.js';

/** What of the cube a statement reads. */
export interface RollupRead {
  set: DimensionSet;
  covers: (Stretch & Cover)[];
  arrangement: Arrangement;
}

/** Chooses the buckets that cover the stretches of time of some slices. */
export function planRead(
  family: Family,
  slices: readonly Pick<Slice, 'rangeIndex'>[],
  set: DimensionSet,
  kind: 'units' | 'histograms',
): RollupRead {
  const arrangement = arrange(
    family.ranges,
    slices.map(({ rangeIndex }) => rangeIndex),
  );
  const covers = arrangement.stretches.map((stretch) => ({
    ...stretch,
    ...coverRange(stretch, CUBE[set][kind]),
  }));
  return { set, covers, arrangement };
}

/**
 * All that the calls of some slices add up to, in pieces: from rollups, from deltas that are not in them yet, and
 * from calls of buckets that are cut by the end of a range. One statement reads them all, so they fit together.
 */
export function piecesOf(
  { set, covers, arrangement }: RollupRead,
  family: Family,
  cells: CellSelection,
  slices: readonly Slice[],
  by: Dimension | undefined,
  columns: { rollups: RawBuilder<unknown>; deltas: RawBuilder<unknown>; calls: RawBuilder<unknown> },
): RawBuilder<unknown> {
  const dimensions = by ? [...family.dimensions, by] : family.dimensions;
  const inCells = [cells.predicate, ...wantedKeys(family, slices, 'cells')];
  const pieces: RawBuilder<unknown>[] = [];
  for (const unit of UNITS) {
    const runs = runsOf(unit, covers, arrangement.disjoint);
    if (runs.length === 0) continue;
    const { from, index } = place(
      sql`bucket`,
      runs,
      arrangement,
      (conditions) => sql`
        SELECT * FROM llm_usage_rollups
        WHERE ${allOf([sql`slice_id = slices.id AND unit = ${sql.raw(String(unitCode(unit)))}`, ...conditions])}`,
    );
    pieces.push(sql`
      SELECT ${index} AS range_index, ${keyColumns(dimensions, 'cells')} status, ${columns.rollups}
      FROM llm_usage_slices AS slices CROSS JOIN ${from}
      WHERE ${allOf([sql`dimensions = ${set}`, ...inCells])}`);
  }
  const cores = covers.flatMap(({ rangeIndex, core }) => (core ? [{ rangeIndex, ...core }] : []));
  if (cores.length > 0) {
    const { from, index } = place(
      sql`bucket`,
      cores,
      arrangement,
      (conditions) => sql`SELECT * FROM llm_usage_deltas WHERE ${allOf([...inCells, ...conditions])}`,
    );
    pieces.push(sql`
      SELECT ${index} AS range_index, ${keyColumns(dimensions, 'cells')} status, ${columns.deltas} FROM ${from}`);
  }
  const ends = covers.flatMap(({ rangeIndex, ends }) => ends.map((end) => ({ rangeIndex, ...end })));
  if (ends.length > 0) {
    const inCalls = [family.predicate, ...wantedKeys(family, slices, 'calls')];
    const { from, index } = place(
      sql`call_time`,
      ends,
      arrangement,
      (conditions) =>
        sql`SELECT call_time, ${CALL_FACTS} FROM llm_call_logs WHERE ${allOf([...inCalls, ...conditions])}`,
    );
    // First, as a TRUNCATE locks the calls before it empties the rollups.
    pieces.unshift(sql`
      SELECT ${index} AS range_index, ${keyColumns(dimensions, 'cells')} status, ${columns.calls} FROM ${from}`);
  }
  return sql.join(pieces, sql` UNION ALL `);
}

/** The buckets of a unit that are read, in the order of time; of disjoint ranges, neighbours together. */
function runsOf(unit: Unit, covers: RollupRead['covers'], disjoint: boolean): Stretch[] {
  const runs = covers
    .flatMap(({ rangeIndex, runs }) =>
      runs.filter((run) => run.unit === unit).map(({ from, to }) => ({ rangeIndex, from, to })),
    )
    .sort((one, other) => one.from - other.from);
  const merged: typeof runs = [];
  for (const run of runs) {
    const before = merged.at(-1);
    if (disjoint && before?.to === run.from) before.to = run.to;
    else merged.push(run);
  }
  // As text only now: a series has thousands of times, and few of them are left.
  return merged.map(({ rangeIndex, from, to }) => ({
    rangeIndex,
    from: toTimestamp(from),
    to: toTimestamp(to),
  }));
}

const SUMMED = sql.raw(SUMS.join(', '));

/** Sums of whole numbers of each slice, in the columns of totals. */
export function sumRollups(
  read: RollupRead,
  family: Family,
  cells: CellSelection,
  slices: readonly Slice[],
  by: Dimension | undefined,
): RawBuilder<Record<string, unknown>> {
  const columns = { rollups: SUMMED, deltas: SUMMED, calls: SUMMED };
  const dimensions = by ? [...family.dimensions, by] : family.dimensions;
  return sql`
    SELECT range_index AS "rangeIndex", ${selectedKeys(dimensions)}
      sum(calls) AS "calls",
      coalesce(sum(calls) FILTER (WHERE status = 'success'), 0) AS "successes",
      coalesce(sum(calls) FILTER (WHERE status = 'error'), 0) AS "errors",
      sum(tokens_used) AS "tokensUsed",
      sum(prompt_tokens) AS "promptTokens",
      sum(completion_tokens) AS "completionTokens",
      sum(tokens_used) / nullif(sum(tokens_counted), 0) AS "averageTokensUsed",
      sum(duration_ms) / nullif(sum(durations_counted), 0) AS "averageDurationMs"
    FROM (${piecesOf(read, family, cells, slices, by, columns)}) AS pieces
    GROUP BY ${sql.join([sql`1`, ...dimensions.map((_, index) => sql.raw(String(index + 2)))])}
    HAVING sum(calls) > 0`;
}

import { sql, type RawBuilder } from 'kysely';
import { allOf, type CellSelection } from '../call-logs/selection.js';
import { dimensionsOf, keyColumns, wantedKeys, type AskedSlices } from './keys.js';
import { coverRange, toTimestamp, type Cover } from './rollups/cover.js';
import { CUBE, smallestSet, unitCode, UNITS, type DimensionSet, type Unit } from './rollups/cube.js';
import { DIMENSION_OF_FIELD } from './rollups/dimensions.js';
import { CALL_FACTS } from './rollups/sums.js';
import { arrange, place, type Arrangement, type Stretch } from './stretches.js';

/** Figures that rollups have: sums for each of their units, histograms of durations for fewer of them. */
export type RolledUp = 'units' | 'histograms';

/** What of the cube a statement reads. */
export interface RollupPlan {
  set: DimensionSet;
  /** Conditions on its cells. */
  cells: CellSelection;
  covers: (Stretch & Cover)[];
  arrangement: Arrangement;
}

/** The smallest set of rollups that can tell slices like these apart; undefined where none can. */
export function rollupSet(asked: AskedSlices, figures: RolledUp): DimensionSet | undefined {
  const { cells } = asked.family;
  if (!cells) return undefined;
  return smallestSet(
    [...cells.fields.map((field) => DIMENSION_OF_FIELD[field]), ...dimensionsOf(asked)],
    figures,
  );
}

/** Chooses the smallest set, and the buckets of it that cover the slices' stretches of time; undefined where none can. */
export function planRollups(asked: AskedSlices, figures: RolledUp): RollupPlan | undefined {
  const { family, slices } = asked;
  const set = rollupSet(asked, figures);
  const { cells } = family;
  if (!set || !cells) return undefined;
  const arrangement = arrange(
    family.ranges,
    slices.map(({ rangeIndex }) => rangeIndex),
  );
  const covers = arrangement.stretches.map((stretch) => ({
    ...stretch,
    ...coverRange(stretch, CUBE[set][figures]),
  }));
  return { set, cells, covers, arrangement };
}

/**
 * All that the calls of some slices add up to, in pieces: from rollups, from deltas that are not in them yet, and
 * from calls of buckets that are cut by the end of a range. One statement reads them all, so they fit together.
 */
export function selectFromRollups(
  asked: AskedSlices,
  { set, cells, covers, arrangement }: RollupPlan,
  columns: { rollups: RawBuilder<unknown>; deltas: RawBuilder<unknown>; calls: RawBuilder<unknown> },
): RawBuilder<unknown> {
  const dimensions = dimensionsOf(asked);
  const inCells = [cells.predicate, ...wantedKeys(asked, 'cells')];
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
    const inCalls = [asked.family.predicate, ...wantedKeys(asked, 'calls')];
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
function runsOf(unit: Unit, covers: RollupPlan['covers'], disjoint: boolean): Stretch[] {
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

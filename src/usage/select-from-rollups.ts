import { sql, type RawBuilder } from 'kysely';
import { allOf, type CellSelection } from '../call-logs/selection.js';
import { dimensionsOf, keyColumns, wantedKeys, type AskedSlices } from './keys.js';
import { coverRange, toTimestamp, type Cover } from './rollups/cover.js';
import { CUBE, smallestSet, unitCode, UNITS, type DimensionSet, type Unit } from './rollups/cube.js';
import { dimensionOf } from './rollups/dimensions.js';
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

/** Chooses the smallest set, and the buckets of it that cover the slices' stretches of time; undefined where none can. */
export function planRollups(asked: AskedSlices, figures: RolledUp): RollupPlan | undefined {
  const { family, slices } = asked;
  const { cells } = family;
  const set = cells && setFor(asked, cells, figures);
  if (!set) return undefined;
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

/** Whether some set of rollups can tell slices like these apart. */
export function areRolledUp(asked: AskedSlices, figures: RolledUp): boolean {
  const { cells } = asked.family;
  return cells !== undefined && setFor(asked, cells, figures) !== undefined;
}

function setFor(asked: AskedSlices, { fields }: CellSelection, figures: RolledUp): DimensionSet | undefined {
  return smallestSet([...fields.map(dimensionOf), ...dimensionsOf(asked)], figures);
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
    const rollups = {
      ...{ columns: sql`*`, table: sql`llm_usage_rollups`, time: sql`bucket` },
      where: [sql`slice_id = slices.id AND unit = ${sql.raw(String(unitCode(unit)))}`],
    };
    const { from, index } = place(rollups, runs, arrangement);
    pieces.push(sql`
      SELECT ${index} AS range_index, ${keyColumns(dimensions, 'cells')} status, ${columns.rollups}
      FROM llm_usage_slices AS slices CROSS JOIN ${from}
      WHERE ${allOf([sql`dimensions = ${set}`, ...inCells])}`);
  }
  const cores = covers.flatMap(({ rangeIndex, core }) => (core ? [{ rangeIndex, ...core }] : []));
  if (cores.length > 0) {
    const deltas = {
      ...{ columns: sql`*`, table: sql`llm_usage_deltas`, time: sql`bucket` },
      where: inCells,
    };
    const { from, index } = place(deltas, cores, arrangement);
    pieces.push(sql`
      SELECT ${index} AS range_index, ${keyColumns(dimensions, 'cells')} status, ${columns.deltas} FROM ${from}`);
  }
  const ends = covers.flatMap(({ rangeIndex, ends }) => ends.map((end) => ({ rangeIndex, ...end })));
  if (ends.length > 0) {
    const calls = {
      ...{ columns: sql`call_time, ${CALL_FACTS}`, table: sql`llm_call_logs`, time: sql`call_time` },
      where: [asked.family.predicate, ...wantedKeys(asked, 'calls')],
    };
    const { from, index } = place(calls, ends, arrangement);
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

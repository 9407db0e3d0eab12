import { sql, type RawBuilder } from 'kysely';
import { dimensionsOf, rangeAndKeys, selectedKeys, type AskedSlices } from './keys.js';
import { bySlice, readCalls, readRollups, type SliceRow } from './read-rows.js';
import { SUM_COLUMNS } from './rollups/sums.js';
import { selectFromCalls } from './select-from-calls.js';
import { planRollups, selectFromRollups, type RollupPlan } from './select-from-rollups.js';
import { selectLargest, type Split } from './select-largest.js';
import type { Slice } from './slice.js';
import {
  CALL_COUNT,
  NO_TOTALS,
  TOTALS,
  totalsIn,
  type FigureColumns,
  type Totals,
} from './totals-columns.js';

/** Totals to read, of slices or of the parts that they are split into. */
interface TotalsRead extends Omit<AskedSlices, 'by'> {
  /** Names them, for whoever asks where they came from. */
  figures: string;
  split?: Split;
  /** All totals when left out. */
  columns?: FigureColumns;
}

/** The totals of a slice; slices of one family that are asked for together cost one statement. */
export async function totalsOf(slice: Slice): Promise<Totals> {
  if (slice.totals) return slice.totals;
  const { family } = slice;
  const load = async (slices: readonly Slice[]) => {
    const rows = bySlice(await readTotals({ figures: 'totals', family, slices }));
    return slices.map(({ id }) => {
      const row = rows.get(id);
      return row ? totalsIn(row) : NO_TOTALS;
    });
  };
  return family.loader('totals', load, ({ id }) => id).load(slice);
}

/** The number of calls of a slice, where nothing else of its totals is asked for. */
export async function countOf(slice: Slice): Promise<number> {
  const { family } = slice;
  const load = async (slices: readonly Slice[]) => {
    const read = { figures: 'totalCount', family, slices, columns: CALL_COUNT };
    const rows = bySlice(await readTotals(read));
    return slices.map(({ id }) => Number(rows.get(id)?.['calls'] ?? 0));
  };
  return family.loader('count', load, ({ id }) => id).load(slice);
}

/**
 * Reads totals in one statement, from the cheapest source that has them exactly: the smallest set of rollups that tells
 * the slices apart, as soon as rollups are complete, else the calls.
 *
 * @returns a row for each slice, or part of one, that has any calls
 */
export async function readTotals(read: TotalsRead): Promise<SliceRow[]> {
  const { figures, family, slices, split, columns = TOTALS } = read;
  const asked = { family, slices, by: split?.by };
  const plan = planRollups(asked, 'units');
  if (plan) {
    const sums = addUpRollups(asked, plan, columns);
    const rows = await readRollups(asked, figures, plan, split ? selectLargest(sums, family, split) : sums);
    if (rows) return rows;
  }
  const sums = selectFromCalls(asked, columns.calls);
  return readCalls(asked, figures, split ? selectLargest(sums, family, split) : sums);
}

function addUpRollups(
  asked: AskedSlices,
  plan: RollupPlan,
  { cells }: FigureColumns,
): RawBuilder<Record<string, unknown>> {
  const sums = sql.raw(SUM_COLUMNS.join(', '));
  const dimensions = dimensionsOf(asked);
  return sql`
    SELECT range_index AS "rangeIndex", ${selectedKeys(dimensions)} ${cells}
    FROM (${selectFromRollups(asked, plan, { rollups: sums, deltas: sums, calls: sums })}) AS pieces
    GROUP BY ${rangeAndKeys(dimensions)}
    HAVING sum(calls) > 0`;
}

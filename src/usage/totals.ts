import { sql, type RawBuilder } from 'kysely';
import { readUsage } from './read-usage.js';
import { sumRollups } from './rollups/read-rollups.js';
import { bySlice, groupCalls, type ScanRow } from './scan.js';
import type { Dimension, Family, Slice } from './slice.js';
import { NO_TOTALS, readTotals, TOTALS, type Totals } from './totals-columns.js';

/** Totals to read, and what to make of the statement that gives them. */
interface TotalsRead {
  figures: string;
  slices: readonly Slice[];
  by?: Dimension;
  /** What calls are added up to, where they are read. */
  columns?: RawBuilder<unknown>;
  wrap?: (statement: RawBuilder<Record<string, unknown>>) => RawBuilder<Record<string, unknown>>;
}

/** Adds up the calls of slices of one family: a row for each slice that has any, and for each value of `by`. */
export function addUp(
  family: Family,
  { figures, slices, by, columns = TOTALS, wrap = (statement) => statement }: TotalsRead,
): Promise<ScanRow[]> {
  return readUsage({
    ...{ figures, family, slices, kind: 'units', ...(by && { by }) },
    fromRollups: (read, cells) => wrap(sumRollups(read, family, cells, slices, by)),
    fromCalls: () => wrap(groupCalls(slices, family, columns, by)),
  });
}

/** The totals of a slice; slices of one family that are asked for together cost one statement. */
export async function totalsOf(slice: Slice): Promise<Totals> {
  if (slice.totals) return slice.totals;
  const { family } = slice;
  const load = async (slices: readonly Slice[]) => {
    const rows = bySlice(await addUp(family, { figures: 'totals', slices }));
    return slices.map(({ id }) => {
      const row = rows.get(id);
      return row ? readTotals(row) : NO_TOTALS;
    });
  };
  return family.loader('totals', load, ({ id }) => id).load(slice);
}

/** The number of calls of a slice, where nothing else of its totals is asked for. */
export async function countOf(slice: Slice): Promise<number> {
  const { family } = slice;
  const load = async (slices: readonly Slice[]) => {
    const columns = sql`count(*) AS "calls"`;
    const rows = bySlice(await addUp(family, { figures: 'totalCount', slices, columns }));
    return slices.map(({ id }) => Number(rows.get(id)?.['calls'] ?? 0));
  };
  return family.loader('count', load, ({ id }) => id).load(slice);
}

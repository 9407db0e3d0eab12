import { sql } from 'kysely';
import { bySlice, groupCalls, runScan } from './scan.js';
import type { Slice } from './slice.js';
import { NO_TOTALS, readTotals, TOTALS, type Totals } from './totals-columns.js';

/** The totals of a slice; slices of one family that are asked for together cost one statement. */
export async function totalsOf(slice: Slice): Promise<Totals> {
  if (slice.totals) return slice.totals;
  const { family } = slice;
  const load = async (slices: readonly Slice[]) => {
    const rows = bySlice(await runScan(family, groupCalls(slices, family, TOTALS), family.dimensions.length));
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
    const scan = groupCalls(slices, family, sql`count(*) AS "calls"`);
    const rows = bySlice(await runScan(family, scan, family.dimensions.length));
    return slices.map(({ id }) => Number(rows.get(id)?.['calls'] ?? 0));
  };
  return family.loader('count', load, ({ id }) => id).load(slice);
}

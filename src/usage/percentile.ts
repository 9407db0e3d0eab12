import { sql } from 'kysely';
import { badUserInput } from '../graphql/errors.js';
import { bySlice, groupCalls, runScan } from './scan.js';
import type { Slice } from './slice.js';

interface Wanted {
  slice: Slice;
  p: number;
}

/**
 * The duration that a share `p` of a slice's calls does not exceed, in milliseconds, interpolated between
 * neighbours; null where no call has a duration. What is asked for together costs one statement.
 *
 * @throws BAD_USER_INPUT when p is not between 0 and 1
 */
export async function durationPercentile(slice: Slice, p: number): Promise<number | null> {
  if (!(p > 0 && p < 1)) {
    throw badUserInput('p', `must be greater than 0 and less than 1, such as 0.95, not ${p}.`);
  }
  const { family } = slice;
  const load = async (wanted: readonly Wanted[]) => {
    const shares = [...new Set(wanted.map((one) => one.p))];
    const percentiles = sql`
      percentile_cont(${shares}::double precision[]) WITHIN GROUP (ORDER BY duration_ms) AS "percentiles"`;
    const slices = wanted.map((one) => one.slice);
    const scan = groupCalls(slices, family, percentiles);
    const rows = bySlice(await runScan(family, scan, family.dimensions.length));
    return wanted.map((one) => {
      const found = rows.get(one.slice.id)?.['percentiles'] as (number | null)[] | null | undefined;
      return found?.[shares.indexOf(one.p)] ?? null;
    });
  };
  return family.loader('percentile', load, (one: Wanted) => `${one.p} ${one.slice.id}`).load({ slice, p });
}

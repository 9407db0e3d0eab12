import { sql, type RawBuilder } from 'kysely';
import type { CellSelection } from '../call-logs/selection.js';
import { badUserInput } from '../graphql/errors.js';
import { selectedKeys } from './keys.js';
import { readUsage, rollupSet } from './read-usage.js';
import { percentileOf } from './rollups/histogram.js';
import { piecesOf, type RollupRead } from './rollups/read-rollups.js';
import { bySlice, groupCalls } from './scan.js';
import type { Family, Slice } from './slice.js';
import { totalsOf } from './totals.js';

interface Wanted {
  slice: Slice;
  p: number;
}

/** Calls that are looked at one by one, for an exact value. */
const FEW = 20_000;

/**
 * The duration that a share `p` of a slice's calls does not exceed, in milliseconds, interpolated between
 * neighbours: of many calls, to within 1 %. Null where no call has a duration. What is asked for together costs one
 * statement, besides that for the totals.
 *
 * @throws BAD_USER_INPUT when p is not between 0 and 1
 */
export async function durationPercentile(slice: Slice, p: number): Promise<number | null> {
  if (!(p > 0 && p < 1)) {
    throw badUserInput('p', `must be greater than 0 and less than 1, such as 0.95, not ${p}.`);
  }
  const { family } = slice;
  return family.loader('percentile', load, (one: Wanted) => `${one.p} ${one.slice.id}`).load({ slice, p });
}

async function load(wanted: readonly Wanted[]): Promise<(number | null)[]> {
  const shares = [...new Set(wanted.map(({ p }) => p))];
  const slices = wanted.map(({ slice }) => slice);
  const family = slices[0]?.family;
  if (!family) return [];
  const fromCalls = () =>
    groupCalls(
      slices,
      family,
      sql`percentile_cont(${shares}::double precision[]) WITHIN GROUP (ORDER BY duration_ms) AS "percentiles"`,
    );
  const fromRollups = (read: RollupRead, cells: CellSelection) => histograms(read, family, cells, slices);
  const kind = 'histograms';
  const isRolledUp = rollupSet(family, undefined, kind) !== undefined && (await haveMany(slices));
  const rows = bySlice(
    await readUsage(
      { figures: 'durationMsPercentile', family, slices, kind, fromCalls, fromRollups },
      isRolledUp,
    ),
  );
  return wanted.map(({ slice, p }) => {
    const row = rows.get(slice.id);
    if (!row) return null;
    if (row['indexes'] === undefined) {
      return (row['percentiles'] as (number | null)[] | null)?.[shares.indexOf(p)] ?? null;
    }
    return percentileOf(
      { indexes: row['indexes'] as number[], counts: (row['counts'] as string[]).map(Number) },
      p,
    );
  });
}

async function haveMany(slices: readonly Slice[]): Promise<boolean> {
  const totals = await Promise.all(slices.map(totalsOf));
  return totals.reduce((sum, { calls }) => sum + calls, 0) > FEW;
}

function histograms(
  read: RollupRead,
  family: Family,
  cells: CellSelection,
  slices: readonly Slice[],
): RawBuilder<Record<string, unknown>> {
  const pieces = piecesOf(read, family, cells, slices, undefined, {
    rollups: sql`duration_indexes, duration_calls`,
    deltas: sql`durations, array_fill(sign(calls)::bigint, ARRAY[cardinality(durations)])`,
    calls: sql`ARRAY[duration] AS duration_indexes, ARRAY[1::bigint] AS duration_calls`,
  });
  const keys = selectedKeys(family.dimensions);
  const groupBy = sql.join(
    [1, ...family.dimensions.map((_, index) => index + 2)].map((n) => sql.raw(String(n))),
  );
  return sql`
    SELECT "rangeIndex", ${keys} array_agg(index ORDER BY index) AS "indexes", array_agg(calls ORDER BY index) AS "counts"
    FROM (
      SELECT range_index AS "rangeIndex", ${keys} durations.index, sum(durations.calls)::bigint AS calls
      FROM (${pieces}) AS pieces, unnest(duration_indexes, duration_calls) AS durations (index, calls)
      WHERE durations.index IS NOT NULL
      GROUP BY ${groupBy}, durations.index
      HAVING sum(durations.calls) <> 0
    ) AS counted
    GROUP BY ${groupBy}`;
}

import { sql, type RawBuilder } from 'kysely';
import { badUserInput } from '../graphql/errors.js';
import { rangeAndKeys, selectedKeys, type AskedSlices } from './keys.js';
import { bySlice, readCalls, readRollups, type SliceRow } from './read-rows.js';
import { percentileOf } from './rollups/histogram.js';
import { selectFromCalls } from './select-from-calls.js';
import { areRolledUp, planRollups, selectFromRollups, type RollupPlan } from './select-from-rollups.js';
import type { Slice } from './slice.js';
import { totalsOf } from './totals.js';

interface Wanted {
  slice: Slice;
  p: number;
}

interface DurationsRead extends AskedSlices {
  slices: readonly Slice[];
}

/** Most calls whose durations are looked at one by one, for an exact value. */
const EXACT_UP_TO = 20_000;

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
  const rows = bySlice(await readDurations({ family, slices }, shares));
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

/** The histograms of slices that have many calls together, where rollups can give them, else the percentiles. */
async function readDurations(asked: DurationsRead, shares: number[]): Promise<SliceRow[]> {
  const figures = 'durationMsPercentile';
  const isWanted = areRolledUp(asked, 'histograms') && (await haveMany(asked.slices));
  const plan = isWanted ? planRollups(asked, 'histograms') : undefined;
  const rows = plan && (await readRollups(asked, figures, plan, selectHistograms(asked, plan)));
  return rows ?? readCalls(asked, figures, selectPercentiles(asked, shares));
}

async function haveMany(slices: readonly Slice[]): Promise<boolean> {
  const totals = await Promise.all(slices.map(totalsOf));
  return totals.reduce((sum, { calls }) => sum + calls, 0) > EXACT_UP_TO;
}

function selectPercentiles(asked: AskedSlices, shares: number[]): RawBuilder<Record<string, unknown>> {
  return selectFromCalls(
    asked,
    sql`percentile_cont(${shares}::double precision[]) WITHIN GROUP (ORDER BY duration_ms) AS "percentiles"`,
  );
}

function selectHistograms(asked: AskedSlices, plan: RollupPlan): RawBuilder<Record<string, unknown>> {
  const pieces = selectFromRollups(asked, plan, {
    rollups: sql`duration_indexes, duration_calls`,
    deltas: sql`durations, array_fill(sign(calls)::bigint, ARRAY[cardinality(durations)])`,
    calls: sql`ARRAY[duration] AS duration_indexes, ARRAY[1::bigint] AS duration_calls`,
  });
  const { dimensions } = asked.family;
  const keys = selectedKeys(dimensions);
  const groupBy = rangeAndKeys(dimensions);
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

import { sql, type RawBuilder } from 'kysely';
import type { Timestamp } from '../../database/timestamp.js';
import { IS_CALL } from '../../call-logs/call-time-range.js';
import { BUCKETS, levels } from './compact-sql.js';
import { DIMENSION_SETS, unitCode } from './cube.js';
import { ALL_SLICE_COLUMNS, SLICE, slicesOfCombinations, valueOf, wantedSlices } from './slices-sql.js';
import { ADDED_UP, CALL_FACTS, SUM_COLUMNS } from './sums.js';

/**
 * Compares the rollups of a month with its calls: a row for each wrong rollup, up to the limit.
 *
 * All is added up twice, side by side: `kept` are rollups and deltas, as a read adds them up, the others are calls. The
 * calls are read once; each unit is added up from the next finer one of its set. It is one statement, so that both
 * sides are of one moment; the calls stand first in it, as a TRUNCATE locks them before it empties the rollups.
 *
 * @param month where it begins; may be infinity or a year in which no call counts, where every rollup is wrong
 */
export function compareMonth(month: Timestamp, limit: number): RawBuilder<Record<string, unknown>> {
  const inMonth = sql`date_trunc('month', bucket) = ${month}::timestamp`;
  const combination = sql.raw(ALL_SLICE_COLUMNS.join(', '));
  return sql`
    WITH facts AS MATERIALIZED (
      SELECT false AS kept, 1 AS sign, bucket, ${combination}, ${sql.raw(ADDED_UP)},
        coalesce(array_agg(duration) FILTER (WHERE duration IS NOT NULL), '{}') AS durations
      FROM (
        SELECT ${CALL_FACTS} FROM llm_call_logs
        WHERE ${IS_CALL} AND call_time >= ${month}::timestamp AND call_time < ${month}::timestamp + interval '1 month'
      ) AS facts
      GROUP BY bucket, ${combination}
      UNION ALL
      SELECT true, CASE WHEN calls < 0 THEN -1 ELSE 1 END, bucket, ${combination},
        ${sql.raw(SUM_COLUMNS.join(', '))}, durations
      FROM llm_usage_deltas WHERE ${inMonth}
    ),
    ${sql.raw([wantedSlices('facts'), places()].join(',\n    '))},
    rollups AS MATERIALIZED (
      SELECT coalesce(place, -slice_id) AS place, unit, bucket, ${sql.raw(SUM_COLUMNS.join(', '))}, duration_indexes, duration_calls
      FROM llm_usage_rollups LEFT JOIN slice_places ON id = slice_id
      WHERE ${inMonth}
    ),
    ${sql.raw([cells(), ...sumLevels(), ...durationLevels(), durations(), sums(), wrong()].join(',\n    '))}
    SELECT CASE WHEN place < 0 THEN -place END AS orphan, ${sql.raw(SLICE.join(', '))}, wrong.*, count(*) OVER () AS total
    FROM wrong LEFT JOIN places USING (place)
    ORDER BY ${sql.raw(SLICE.join(', '))}, orphan, unit, bucket
    LIMIT ${limit}`;
}

/** Numbers the slices that calls, deltas and rollups have: whole numbers are quicker to group by than what they stand for. */
function places(): string {
  return `places AS MATERIALIZED (
      SELECT row_number() OVER ()::integer AS place, slices.*
      FROM (SELECT ${SLICE.join(', ')} FROM wanted UNION SELECT ${SLICE.join(', ')} FROM llm_usage_slices) AS slices
    ),
    slice_places AS MATERIALIZED (
      SELECT id, place
      FROM llm_usage_slices AS slices JOIN places ON ${valueOf('places', SLICE)} = ${valueOf('slices', SLICE)}
    )`;
}

/** The calls and the deltas, with the place of their slice in each set of dimensions. */
function cells(): string {
  return `combination_places AS (${slicesOfCombinations('places', 'place')}),
    cells AS MATERIALIZED (
      SELECT kept, sign, bucket, ${SUM_COLUMNS.join(', ')}, durations, ${DIMENSION_SETS.map((set) => `${set}_place`).join(', ')}
      FROM facts JOIN combination_places ON combination = ${valueOf('facts', ALL_SLICE_COLUMNS)}
    )`;
}

function sumLevels(): string[] {
  return levels(
    'units',
    (name, set, unit, finer) => `${name} AS (
      SELECT kept, ${finer ? 'place' : `${set}_place AS place`}, ${BUCKETS[unit]} AS bucket, ${ADDED_UP}
      FROM ${finer ?? 'cells'} GROUP BY 1, 2, 3
    )`,
  );
}

function durationLevels(): string[] {
  return levels('histograms', (name, set, unit, finer) => {
    const [place, calls, from] = finer
      ? ['place', 'calls', finer]
      : [`${set}_place AS place`, 'sign', 'cells, unnest(durations) AS duration'];
    return `${name} AS (
      SELECT kept, ${place}, ${BUCKETS[unit]} AS bucket, duration, sum(${calls})::bigint AS calls
      FROM ${from} GROUP BY 1, 2, 3, 4
    )`;
  });
}

/** How many buckets of a rollup's histogram are wrong, and the first of them as [its number, kept, of calls]. */
function durations(): string {
  const parts = levels(
    'histograms',
    (name, _set, unit) =>
      `SELECT kept, place, ${unitCode(unit)}::smallint AS unit, bucket, duration, calls FROM ${name}`,
  );
  return `durations AS (
      SELECT place, unit, bucket, count(*) AS wrong, min(ARRAY[duration, of_kept, of_calls]) AS first
      FROM (
        SELECT place, unit, bucket, duration,
          coalesce(sum(calls) FILTER (WHERE kept), 0)::bigint AS of_kept,
          coalesce(sum(calls) FILTER (WHERE NOT kept), 0)::bigint AS of_calls
        FROM (
          SELECT true AS kept, place, unit, bucket, duration, buckets.calls
          FROM rollups, unnest(duration_indexes, duration_calls) AS buckets (duration, calls)
          UNION ALL ${parts.join(' UNION ALL ')}
        ) AS buckets
        GROUP BY place, unit, bucket, duration
      ) AS compared
      WHERE of_kept <> of_calls
      GROUP BY place, unit, bucket
    )`;
}

/** Everything to compare, a row for each part that adds up. */
function sums(): string {
  const figures = SUM_COLUMNS.join(', ');
  const parts = levels(
    'units',
    (name, _set, unit) =>
      `SELECT kept, place, ${unitCode(unit)}::smallint AS unit, bucket, ${figures}, 0::bigint AS wrong_durations, NULL::bigint[] AS first_duration FROM ${name}`,
  );
  return `sums AS (
      ${parts.join(' UNION ALL ')}
      UNION ALL SELECT true, place, unit, bucket, ${figures}, 0, NULL FROM rollups
      UNION ALL SELECT true, place, unit, bucket, ${SUM_COLUMNS.map(() => '0').join(', ')}, wrong, first FROM durations
    )`;
}

/** Both values of each figure, as [kept, of calls]. */
function wrong(): string {
  const side = (name: string, kept: string) => `coalesce(sum(${name}) FILTER (WHERE ${kept}), 0)::bigint`;
  const figures = SUM_COLUMNS.map(
    (name) => `ARRAY[${side(name, 'kept')}, ${side(name, 'NOT kept')}] AS ${name}`,
  );
  const differ = SUM_COLUMNS.map((name) => `sum(CASE WHEN kept THEN -${name} ELSE ${name} END) <> 0`);
  return `wrong AS (
      SELECT place, unit, bucket, ${figures.join(', ')},
        sum(wrong_durations) AS wrong_durations, min(first_duration) AS first_duration
      FROM sums
      GROUP BY place, unit, bucket
      HAVING sum(wrong_durations) > 0 OR ${differ.join(' OR ')}
    )`;
}

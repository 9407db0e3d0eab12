import { sql, type RawBuilder } from 'kysely';
import type { Timestamp } from '../../graphql/timestamp.js';
import { CALL_FACTS, IS_CALL } from './call-facts.js';
import {
  ALL_SLICE_COLUMNS,
  BUCKETS,
  levels,
  SLICE_COLUMNS,
  sliceOf,
  SUM_COLUMNS,
  SUMS,
} from './compact-sql.js';
import { unitCode, type DimensionSet, type Unit } from './cube.js';

/** What tells one rollup from another; `orphan` is the slice that it refers to, where there is none. */
const CELL = ['orphan', 'dimensions', 'unit', 'bucket', ...ALL_SLICE_COLUMNS].join(', ');

/**
 * Compares the rollups of a month with its calls: a row for each that is wrong, the first of them.
 *
 * All is added up twice, side by side: `kept` are rollups and deltas, as a read adds them up, the others are calls. The
 * calls are read once; each unit is added up from the next finer one of its set. It is one statement, so that both
 * sides are of one moment; the calls stand first in it, as a TRUNCATE locks them before it empties the rollups.
 *
 * @param month where it begins; infinity, too, and years that no call counts in, where only wrong rollups can be
 */
export function compareMonth(month: Timestamp, limit: number): RawBuilder<Record<string, unknown>> {
  const inMonth = sql`date_trunc('month', bucket) = ${month}::timestamp`;
  return sql`
    WITH cells AS MATERIALIZED (
      SELECT false AS kept, 1 AS sign, bucket, status, group_id, model, config_id, ${sql.raw(SUM_COLUMNS)},
        coalesce(array_agg(duration) FILTER (WHERE duration IS NOT NULL), '{}') AS durations
      FROM (
        SELECT ${CALL_FACTS} FROM llm_call_logs
        WHERE ${IS_CALL} AND call_time >= ${month}::timestamp AND call_time < ${month}::timestamp + interval '1 month'
      ) AS facts
      GROUP BY bucket, status, group_id, model, config_id
      UNION ALL
      SELECT true, CASE WHEN calls < 0 THEN -1 ELSE 1 END, bucket, status, group_id, model, config_id,
        ${sql.raw(SUMS.join(', '))}, durations
      FROM llm_usage_deltas WHERE ${inMonth}
    ),
    rollups AS MATERIALIZED (
      SELECT CASE WHEN slices.id IS NULL THEN slice_id END AS orphan, dimensions, unit, bucket,
        ${sql.raw(ALL_SLICE_COLUMNS.join(', '))}, ${sql.raw(SUMS.join(', '))}, duration_indexes, duration_calls
      FROM llm_usage_rollups LEFT JOIN llm_usage_slices AS slices ON slices.id = slice_id
      WHERE ${inMonth}
    ),
    ${sql.raw([...sumLevels(), ...durationLevels(), durations(), sums()].join(',\n    '))}
    SELECT ${sql.raw(CELL)}, ${sql.raw(SUMS.map(figure).join(', '))},
      sum(wrong_durations) AS wrong_durations, min(first_duration) AS first_duration, count(*) OVER () AS total
    FROM sums
    GROUP BY ${sql.raw(CELL)}
    HAVING sum(wrong_durations) > 0 OR ${sql.raw(SUMS.map(differs).join(' OR '))}
    ORDER BY ${sql.raw(CELL)}
    LIMIT ${limit}`;
}

/** Both values of a figure, as [kept, of calls]. */
function figure(name: string): string {
  const side = (kept: string) => `coalesce(sum(${name}) FILTER (WHERE ${kept}), 0)::bigint`;
  return `ARRAY[${side('kept')}, ${side('NOT kept')}] AS ${name}`;
}

function differs(name: string): string {
  return `sum(CASE WHEN kept THEN -${name} ELSE ${name} END) <> 0`;
}

function sumLevels(): string[] {
  return levels(
    'units',
    (name, set, unit, finer) => `${name} AS (
      SELECT kept, ${BUCKETS[unit]} AS bucket, ${SLICE_COLUMNS[set].join(', ')}, ${SUM_COLUMNS}
      FROM ${finer ?? 'cells'} GROUP BY 1, 2, ${SLICE_COLUMNS[set].join(', ')}
    )`,
  );
}

function durationLevels(): string[] {
  return levels('histograms', (name, set, unit, finer) => {
    const columns = SLICE_COLUMNS[set].join(', ');
    const [calls, from] = finer ? ['calls', finer] : ['sign', 'cells, unnest(durations) AS duration'];
    return `${name} AS (
      SELECT kept, ${BUCKETS[unit]} AS bucket, ${columns}, duration, sum(${calls})::bigint AS calls
      FROM ${from} GROUP BY 1, 2, ${columns}, duration
    )`;
  });
}

/** The buckets of histograms that are wrong, the first of each rollup as [its number, kept, of calls]. */
function durations(): string {
  const parts = levels(
    'histograms',
    (name, set, unit) => `SELECT kept, ${place(set, unit)}, duration, calls FROM ${name}`,
  );
  return `durations AS (
      SELECT ${CELL}, count(*) AS wrong, min(ARRAY[duration, of_kept, of_calls]) AS first
      FROM (
        SELECT ${CELL}, duration,
          coalesce(sum(calls) FILTER (WHERE kept), 0)::bigint AS of_kept,
          coalesce(sum(calls) FILTER (WHERE NOT kept), 0)::bigint AS of_calls
        FROM (
          SELECT true AS kept, ${CELL}, duration, calls
          FROM (SELECT ${CELL}, duration_indexes, duration_calls FROM rollups) AS histograms,
            unnest(duration_indexes, duration_calls) AS buckets (duration, calls)
          UNION ALL ${parts.join(' UNION ALL ')}
        ) AS buckets
        GROUP BY ${CELL}, duration
      ) AS compared
      WHERE of_kept <> of_calls
      GROUP BY ${CELL}
    )`;
}

/** Everything to compare, a row for each part that adds up. */
function sums(): string {
  const figures = SUMS.join(', ');
  const parts = levels(
    'units',
    (name, set, unit) =>
      `SELECT kept, ${place(set, unit)}, ${figures}, 0::bigint AS wrong_durations, NULL::bigint[] AS first_duration FROM ${name}`,
  );
  return `sums AS (
      ${parts.join(' UNION ALL ')}
      UNION ALL SELECT true, ${CELL}, ${figures}, 0, NULL FROM rollups
      UNION ALL SELECT true, ${CELL}, ${SUMS.map(() => '0').join(', ')}, wrong, first FROM durations
    )`;
}

/** The columns of CELL, for what was added up for a unit of a set. */
function place(set: DimensionSet, unit: Unit): string {
  return `NULL::integer AS orphan, '${set}' AS dimensions, ${unitCode(unit)}::smallint AS unit, bucket, ${sliceOf(set)}`;
}

import { sql, type RawBuilder } from 'kysely';
import { CUBE, DIMENSION_SETS, unitCode, type DimensionSet, type Unit } from './cube.js';
import { ALL_SLICE_COLUMNS, SLICE, slicesOfCombinations, valueOf, wantedSlices } from './slices-sql.js';
import { ADDED_UP, SUM_COLUMNS } from './sums.js';

/** Where the bucket of a unit begins that holds `bucket`, one of a finer unit. */
export const BUCKETS: Record<Unit, string> = {
  'quarter hour': 'bucket',
  hour: `date_trunc('hour', bucket)`,
  'four hours': `date_bin('4 hours', bucket, TIMESTAMP '0001-01-01')`,
  day: `date_trunc('day', bucket)`,
  month: `date_trunc('month', bucket)`,
};

/**
 * Adds deltas to the rollups, and the slices that those need to the slices, in one statement.
 *
 * Each unit is added up from the next finer one of its set. Histograms are spread out into a row for each
 * bucket, together with those that the changing rollups have already, and put together again.
 *
 * @param deltas a query for the columns of llm_usage_deltas, or a DELETE that returns them
 */
export function addToRollups(deltas: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    WITH taken AS MATERIALIZED (${deltas}),
    ${sql.raw([wantedSlices('taken'), slices(), cells(), ...sumLevels(), ...histogramLevels(), changed(), histograms()].join(',\n    '))}
    INSERT INTO llm_usage_rollups AS rollups (
      slice_id, unit, bucket, ${sql.raw(SUM_COLUMNS.join(', '))}, duration_indexes, duration_calls
    )
    SELECT changed.*, coalesce(duration_indexes, '{}'), coalesce(duration_calls, '{}')
    FROM changed LEFT JOIN histograms USING (slice_id, unit, bucket)
    ON CONFLICT (slice_id, unit, bucket) DO UPDATE SET
      ${sql.raw(SUM_COLUMNS.map((name) => `${name} = rollups.${name} + excluded.${name}`).join(', '))},
      duration_indexes = excluded.duration_indexes, duration_calls = excluded.duration_calls`;
}

/** The slices that were there, and those that are added for the deltas. */
function slices(): string {
  return `added AS (
      INSERT INTO llm_usage_slices (${SLICE.join(', ')})
      SELECT DISTINCT ${SLICE.join(', ')} FROM wanted
      WHERE NOT EXISTS (
        SELECT FROM llm_usage_slices AS kept WHERE ${valueOf('kept', SLICE)} = ${valueOf('wanted', SLICE)}
      )
      RETURNING id AS slice, ${SLICE.join(', ')}
    ),
    slices AS (SELECT id AS slice, ${SLICE.join(', ')} FROM llm_usage_slices UNION ALL SELECT * FROM added)`;
}

/** The deltas, each with the numbers of its slices. */
function cells(): string {
  return `places AS (${slicesOfCombinations('slices', 'slice')}),
    cells AS MATERIALIZED (
      SELECT bucket, ${SUM_COLUMNS.join(', ')}, durations, CASE WHEN calls < 0 THEN -1 ELSE 1 END AS sign,
        ${DIMENSION_SETS.map((set) => `${set}_slice`).join(', ')}
      FROM taken JOIN places ON combination = ${valueOf('taken', ALL_SLICE_COLUMNS)}
    )`;
}

/** A common table expression for each unit of each set; each adds up the one of the next finer unit. */
export function levels(
  kind: 'units' | 'histograms',
  level: (name: string, set: DimensionSet, unit: Unit, finer: string | undefined) => string,
): string[] {
  return DIMENSION_SETS.flatMap((set) =>
    CUBE[set][kind].map((unit, index, units) => {
      const finer = units[index - 1];
      return level(nameOf(kind, set, unit), set, unit, finer && nameOf(kind, set, finer));
    }),
  );
}

function nameOf(kind: 'units' | 'histograms', set: DimensionSet, unit: Unit): string {
  return `${set}_${kind}_${unitCode(unit)}`;
}

function sumLevels(): string[] {
  return levels(
    'units',
    (name, set, unit, finer) => `${name} AS (
      SELECT ${finer ? 'slice_id' : `${set}_slice AS slice_id`}, ${BUCKETS[unit]} AS bucket, ${ADDED_UP}
      FROM ${finer ?? 'cells'} GROUP BY 1, 2
    )`,
  );
}

function histogramLevels(): string[] {
  return levels('histograms', (name, set, unit, finer) =>
    finer
      ? `${name} AS (
      SELECT slice_id, ${BUCKETS[unit]} AS bucket, duration, sum(calls)::bigint AS calls
      FROM ${finer} GROUP BY 1, 2, 3
    )`
      : `${name} AS (
      SELECT ${set}_slice AS slice_id, ${BUCKETS[unit]} AS bucket, duration, sum(sign)::bigint AS calls
      FROM cells, unnest(durations) AS duration GROUP BY 1, 2, 3
    )`,
  );
}

/** What is added to each rollup. */
function changed(): string {
  const parts = levels(
    'units',
    (name, _set, unit) =>
      `SELECT slice_id, ${unitCode(unit)}::smallint AS unit, bucket, ${SUM_COLUMNS.join(', ')} FROM ${name}`,
  );
  return `changed AS MATERIALIZED (${parts.join(' UNION ALL ')})`;
}

/** The whole histograms of the rollups that are changed. */
function histograms(): string {
  const parts = levels(
    'histograms',
    (name, _set, unit) =>
      `SELECT slice_id, ${unitCode(unit)}::smallint AS unit, bucket, duration, calls FROM ${name}`,
  );
  return `histograms AS (
      SELECT slice_id, unit, bucket,
        array_agg(duration ORDER BY duration) AS duration_indexes, array_agg(calls ORDER BY duration) AS duration_calls
      FROM (
        SELECT slice_id, unit, bucket, duration, sum(calls)::bigint AS calls
        FROM (
          ${parts.join(' UNION ALL ')}
          UNION ALL
          SELECT slice_id, unit, bucket, old.duration, old.calls
          FROM changed JOIN llm_usage_rollups USING (slice_id, unit, bucket),
            unnest(duration_indexes, duration_calls) AS old (duration, calls)
        ) AS spread
        GROUP BY slice_id, unit, bucket, duration
        HAVING sum(calls) <> 0
      ) AS durations
      GROUP BY slice_id, unit, bucket
    )`;
}

import type { Pool } from 'pg';
import type { Case } from './case.js';
import {
  ourFilter,
  ourPoint,
  postgraphileFilter,
  postgraphilePoints,
  type Grouped,
  type OurBucket,
  type Point,
  type Stretch,
} from './usage-answers.js';

/**
 * The tokens of each day, on the clocks of a zone.
 *
 * @param stretch from midnight to midnight there
 * @param timesFaster how many times faster than PostGraphile it should be
 */
export function dailySeries(name: string, stretch: Stretch, timeZone: string, timesFaster: number): Case {
  return {
    name,
    clients: 1,
    ours: {
      query: `{
        usage(${ourFilter(stretch)}) {
          series(interval: DAY, timeZone: "${timeZone}") { start usage { totals { tokensUsed } } }
        }
      }`,
      figures: ({ usage }: { usage: { series: OurBucket[] } }) => usage.series.map(ourPoint),
    },
    postgraphile: {
      query: `{
        allLlmCallLogs(${postgraphileFilter(stretch)}) {
          groupedAggregates(groupBy: [CALL_TIME_TRUNCATED_TO_DAY]) { keys sum { tokensUsed } }
        }
      }`,
      figures: ({ allLlmCallLogs }: { allLlmCallLogs: { groupedAggregates: Grouped[] } }) =>
        postgraphilePoints(allLlmCallLogs.groupedAggregates),
      ...(timeZone === 'UTC'
        ? {}
        : { insteadOf: { what: 'PostGraphile has no zones: it is asked for days in UTC' } }),
    },
    bare: (pool) => series(pool, stretch, timeZone),
    targets: [{ figure: 'times faster than PostGraphile', atLeast: timesFaster }],
  };
}

/** The same by hand. Days without calls are left out; the bench's data has none. */
export async function series(pool: Pool, { from, to }: Stretch, timeZone: string): Promise<Point[]> {
  const isUtc = timeZone === 'UTC';
  const local = isUtc ? 'call_time' : `call_time AT TIME ZONE 'UTC' AT TIME ZONE $3`;
  const start = isUtc ? 'day' : `day AT TIME ZONE $3 AT TIME ZONE 'UTC'`;
  const { rows } = await pool.query<{ start: string; tokensUsed: number }>({
    name: isUtc ? 'series in UTC' : 'series in a zone',
    text: `
      SELECT to_char(${start}, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS start, "tokensUsed"
      FROM (
        SELECT date_trunc('day', ${local}) AS day, sum(tokens_used)::double precision AS "tokensUsed"
        FROM llm_call_logs
        WHERE call_time >= $1::timestamptz AT TIME ZONE 'UTC' AND call_time < $2::timestamptz AT TIME ZONE 'UTC'
        GROUP BY 1
      ) AS days
      ORDER BY day`,
    values: isUtc ? [from, to] : [from, to, timeZone],
  });
  return rows.map(({ start, tokensUsed }) => [start, tokensUsed]);
}

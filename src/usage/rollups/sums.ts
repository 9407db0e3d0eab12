import { sql } from 'kysely';
import { CUBE } from './cube.js';
import { DIMENSIONS } from './dimensions.js';

/** A figure that rollups and deltas keep for the calls that they stand for. */
export interface Sum {
  /** Its column in llm_usage_rollups and llm_usage_deltas. */
  column: string;
  /** What one call adds to it: an expression on llm_call_logs, where null adds nothing. */
  ofCall: string;
  /** Its name among the totals of a slice, where it is one of them. */
  total?: string;
  /** The mean that totals give of it: its name there, and the sum that counts the calls which have a value. */
  mean?: { name: string; count: string };
}

/**
 * All the sums of usage. A row more needs a migration that adds the column and counts it in the triggers, a property
 * in UsageRollup and UsageDelta, and a field in UsageTotals where totals give it; all else follows from this table.
 */
export const SUMS = [
  { column: 'calls', ofCall: '1' },
  { column: 'tokens_counted', ofCall: '(tokens_used IS NOT NULL)::integer' },
  {
    column: 'tokens_used',
    ofCall: 'tokens_used',
    total: 'tokensUsed',
    mean: { name: 'averageTokensUsed', count: 'tokens_counted' },
  },
  { column: 'prompt_tokens', ofCall: 'prompt_tokens', total: 'promptTokens' },
  { column: 'completion_tokens', ofCall: 'completion_tokens', total: 'completionTokens' },
  { column: 'durations_counted', ofCall: '(duration_ms IS NOT NULL)::integer' },
  {
    column: 'duration_ms',
    ofCall: 'duration_ms',
    mean: { name: 'averageDurationMs', count: 'durations_counted' },
  },
] as const satisfies readonly Sum[];

/** Their columns. */
export const SUM_COLUMNS: readonly string[] = SUMS.map(({ column }) => column);

/** Their columns, added up over rows that have them. */
export const ADDED_UP = SUM_COLUMNS.map((column) => `sum(${column})::bigint AS ${column}`).join(', ');

/** A row of llm_call_logs in the columns of a delta: what it counts as by itself. */
export const CALL_FACTS = sql`
  date_bin('15 minutes', call_time, TIMESTAMP '0001-01-01') AS bucket,
  ${sql.join(CUBE.all.dimensions.map((name) => sql`${DIMENSIONS[name].calls} AS ${DIMENSIONS[name].cells}`))},
  ${sql.raw(SUMS.map(({ column, ofCall }) => `coalesce(${ofCall}, 0)::bigint AS ${column}`).join(', '))},
  llm_usage_duration_index(duration_ms) AS duration`;

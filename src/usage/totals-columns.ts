import { sql } from 'kysely';
import { NO_CALLS, type CallTimes } from './call-times.js';

/** What a statement adds up; whole numbers of calls and tokens, means, and times. */
export interface Totals {
  calls: number;
  successes: number;
  errors: number;
  tokensUsed: number;
  promptTokens: number;
  completionTokens: number;
  averageTokensUsed: number | null;
  averageDurationMs: number | null;
  /** Undefined where rollups gave the others, which do not know. */
  callTimes?: CallTimes | undefined;
}

/** The columns of {@link Totals}; PostgreSQL gives sums as numeric, which arrive as text. */
export const TOTALS = sql`
  count(*) AS "calls",
  count(*) FILTER (WHERE status = 'success') AS "successes",
  count(*) FILTER (WHERE status = 'error') AS "errors",
  coalesce(sum(tokens_used), 0) AS "tokensUsed",
  coalesce(sum(prompt_tokens), 0) AS "promptTokens",
  coalesce(sum(completion_tokens), 0) AS "completionTokens",
  avg(tokens_used) AS "averageTokensUsed",
  avg(duration_ms) AS "averageDurationMs",
  min(call_time) AS "firstCallTime",
  max(call_time) AS "lastCallTime"`;

/** The totals of no call. */
export const NO_TOTALS: Totals = {
  calls: 0,
  successes: 0,
  errors: 0,
  tokensUsed: 0,
  promptTokens: 0,
  completionTokens: 0,
  averageTokensUsed: null,
  averageDurationMs: null,
  callTimes: NO_CALLS,
};

/** Reads the columns of {@link TOTALS}, or those of them that rollups have. */
export function readTotals(row: Record<string, unknown>): Totals {
  const mean = (value: unknown) => (value === null ? null : Number(value));
  return {
    calls: Number(row['calls']),
    successes: Number(row['successes']),
    errors: Number(row['errors']),
    tokensUsed: Number(row['tokensUsed']),
    promptTokens: Number(row['promptTokens']),
    completionTokens: Number(row['completionTokens']),
    averageTokensUsed: mean(row['averageTokensUsed']),
    averageDurationMs: mean(row['averageDurationMs']),
    callTimes: row['firstCallTime'] === undefined ? undefined : (row as unknown as CallTimes),
  };
}

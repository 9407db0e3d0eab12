import { sql } from 'kysely';
import { MODEL } from '../../call-logs/filter-operators.js';

/** A row of llm_call_logs in the columns of a delta: what it counts as by itself. */
export const CALL_FACTS = sql`
  date_bin('15 minutes', call_time, TIMESTAMP '0001-01-01') AS bucket, status, group_id, ${MODEL} AS model, config_id,
  1::bigint AS calls, (tokens_used IS NOT NULL)::integer::bigint AS tokens_counted,
  coalesce(tokens_used, 0)::bigint AS tokens_used, coalesce(prompt_tokens, 0)::bigint AS prompt_tokens,
  coalesce(completion_tokens, 0)::bigint AS completion_tokens,
  (duration_ms IS NOT NULL)::integer::bigint AS durations_counted, coalesce(duration_ms, 0)::bigint AS duration_ms,
  llm_usage_duration_index(duration_ms) AS duration`;

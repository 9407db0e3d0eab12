import { sql } from 'kysely';
import type { Database } from '../../database/database.js';
import { IS_CALL } from '../../call-logs/call-time-range.js';
import { addToRollups } from './compact-sql.js';
import { maintain } from './maintain.js';
import { CALL_FACTS } from './sums.js';

/** About how many calls one transaction counts. */
const BATCH = 300_000;

/** What a step of filling did. */
export interface Filled {
  /** Calls that it counted. */
  calls: number;
  /** Whether every call is counted now. */
  complete: boolean;
}

/**
 * Counts calls from before the triggers into the rollups, the next ones in the order of their ids. Writers go on
 * meanwhile, and an interrupted filling continues where it was.
 *
 * It is exact because all of it sees one moment. Changes of these calls before that moment are in the count, so their
 * deltas are deleted; changes after it have deltas that stay.
 *
 * @param batch about how many calls to count; a block of 65,536 numbers at the least
 * @returns undefined while another server works on the rollups
 */
export async function fillNext(database: Database, batch = BATCH): Promise<Filled | undefined> {
  return maintain(database, async (transaction) => {
    const { rows: states } = await sql<{ complete: boolean; next: string | null }>`
      SELECT complete, next_block AS next FROM llm_usage_state`.execute(transaction);
    const { complete, next } = states[0] ?? { complete: true, next: null };
    if (complete) return { calls: 0, complete };
    const from = next === null ? sql`true` : sql`id >= ${next}::bigint << 16`;
    const { rows } = await sql<{ end: string | null; calls: number }>`
      SELECT greatest(max(id) >> 16, (min(id) >> 16) + 1) AS "end", count(*)::integer AS calls
      FROM (SELECT id FROM llm_call_logs WHERE ${from} ORDER BY id LIMIT ${batch}) AS batch`.execute(
      transaction,
    );
    const { end, calls } = rows[0] ?? { end: null, calls: 0 };
    // The last block of a batch may go on behind it, and is left to the next one; the last batch has no end.
    const isLast = calls < batch;
    const upTo = isLast ? sql`true` : sql`id < ${end}::bigint << 16`;
    const blocks = sql`${next === null ? sql`true` : sql`block >= ${next}::bigint`}
      AND ${isLast ? sql`true` : sql`block < ${end}::bigint`}`;
    await sql`DELETE FROM llm_usage_deltas WHERE ${blocks}`.execute(transaction);
    await addToRollups(sql`
      SELECT facts.*, CASE WHEN duration IS NULL THEN '{}' ELSE ARRAY[duration] END AS durations
      FROM (SELECT ${CALL_FACTS} FROM llm_call_logs WHERE ${IS_CALL} AND ${from} AND ${upTo}) AS facts`).execute(
      transaction,
    );
    await sql`
      UPDATE llm_usage_state SET complete = ${isLast}, next_block = ${isLast ? null : end}::bigint`.execute(
      transaction,
    );
    return { calls, complete: isLast };
  });
}

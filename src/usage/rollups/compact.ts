import { sql } from 'kysely';
import type { Database } from '../../database/database.js';
import { addToRollups } from './compact-sql.js';
import { maintain } from './maintain.js';

/** Deltas that one transaction moves: few enough for some seconds, and for the memory that it sorts in. */
export const BATCH = 50_000;

/**
 * Moves deltas into the rollups: some tens of thousands, the oldest. Writers are not in its way, nor it in theirs;
 * readers see the same sums before, meanwhile and after.
 *
 * @returns the number moved; undefined when another server is at it
 */
export async function compactDeltas(database: Database): Promise<number | undefined> {
  return maintain(database, async (transaction) => {
    // Of blocks that are not filled in yet, the deltas wait: filling tells from them what it has counted already.
    const { rows } = await sql<{ last: string | null; count: string }>`
      SELECT max(id) AS last, count(*) AS count FROM (
        SELECT id FROM llm_usage_deltas
        WHERE (SELECT complete FROM llm_usage_state) OR block < (SELECT next_block FROM llm_usage_state)
        ORDER BY id LIMIT ${BATCH}
      ) AS batch`.execute(transaction);
    const { last, count } = rows[0] ?? { last: null, count: '0' };
    if (last === null) return 0;
    await addToRollups(sql`
      DELETE FROM llm_usage_deltas
      WHERE id <= ${last}::bigint
        AND ((SELECT complete FROM llm_usage_state) OR block < (SELECT next_block FROM llm_usage_state))
      RETURNING *`).execute(transaction);
    return Number(count);
  });
}

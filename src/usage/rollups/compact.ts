import { sql } from 'kysely';
import type { Database } from '../../database/database.js';
import { addToRollups } from './compact-sql.js';
import { maintain } from './maintain.js';

/** Most deltas that one transaction moves: few enough to take seconds, and to be sorted in memory. */
export const BATCH = 50_000;

/**
 * Moves the oldest deltas into the rollups, up to 50,000 of them. It waits for no writer, and no writer for it; readers
 * see the same sums before, meanwhile and after.
 *
 * @returns the number moved; undefined while another server works on the rollups
 */
export async function compactDeltas(database: Database): Promise<number | undefined> {
  return maintain(database, async (transaction) => {
    // Deltas of blocks that are not filled in yet have to wait: filling takes away those that it has counted.
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

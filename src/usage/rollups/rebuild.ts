import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Database } from '../../database/database.js';
import { fillNext } from './fill.js';
import { compactAll, forgetMoved } from './keep-rollups.js';
import { maintain, type Progress } from './maintain.js';

/** How soon to try again while another server works on the rollups. */
const RETRY_MS = 200;

/**
 * Makes the rollups anew from the calls, while writers go on; usage is read from the calls meanwhile.
 *
 * Where it is interrupted, the next server that runs continues it.
 *
 * @param batch about how many calls to count at once, as {@link fillNext} takes it
 * @returns when the rollups are complete, whoever has made them so
 */
export async function rebuildRollups(database: Database, progress: Progress, batch?: number): Promise<void> {
  while (!(await emptyRollups(database))) await sleep(RETRY_MS);
  await tell(database, progress);
  await sql`VACUUM llm_usage_rollups`.execute(database.upkeep);
  for (;;) {
    const filled = await fillNext(database, batch);
    const moved = await compactAll(database);
    if (moved > 0) await forgetMoved(database);
    // Another process may have emptied them again since.
    if (await tell(database, progress)) return;
    if (!filled) await sleep(RETRY_MS);
  }
}

/**
 * Deletes all rollups, and records that they are to be filled. Deltas stay: a filling deletes those of the calls that it
 * counts, and later ones are changes of what it has counted.
 *
 * It deletes rows instead of truncating: a TRUNCATE would wait for all readers while new ones queue behind it, and
 * would take the rollups from a reader that began before. The price is space, which a vacuum gives back at once.
 *
 * @returns undefined while another server works on the rollups
 */
async function emptyRollups(database: Database): Promise<true | undefined> {
  return maintain<true>(database, async (transaction) => {
    await sql`DELETE FROM llm_usage_rollups`.execute(transaction);
    await sql`DELETE FROM llm_usage_slices`.execute(transaction);
    // The row may be missing, too. What verify found is about rollups that are gone.
    await sql`
      INSERT INTO llm_usage_state (id, complete) VALUES (1, false)
      ON CONFLICT (id) DO UPDATE SET complete = false, next_block = NULL, verified_at = NULL, differences = NULL`.execute(
      transaction,
    );
    return true;
  });
}

/**
 * Tells how far the rollups are, by ids: calls below the next block are counted.
 *
 * @returns whether all calls are
 */
async function tell({ sql: kysely }: Database, progress: Progress): Promise<boolean> {
  const { rows } = await sql<{ complete: boolean; done: string; all: string }>`
    SELECT complete, least(blocks, CASE WHEN complete THEN blocks ELSE coalesce(next_block - first, 0) END) AS done, blocks AS all
    FROM llm_usage_state, (
      SELECT coalesce(min(id) >> 16, 0) AS first, coalesce((max(id) >> 16) - (min(id) >> 16) + 1, 1) AS blocks
      FROM llm_call_logs
    ) AS calls`.execute(kysely);
  const [row] = rows;
  if (!row) return true;
  progress(Number(row.done), Number(row.all));
  return row.complete;
}

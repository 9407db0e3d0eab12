import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import type { FastifyBaseLogger } from 'fastify';
import type { Database } from '../../database/database.js';
import { BATCH, compactDeltas } from './compact.js';
import { fillNext } from './fill.js';

/** How long deltas may wait; every read has to add them up meanwhile. */
const INTERVAL_MS = 5_000;

/**
 * Keeps the rollups up to date until the signal: fills them where calls were there before them, and moves deltas into
 * them every five seconds. Of several servers on a database, one at a time does so.
 */
export async function keepRollups(
  database: Database,
  log: Pick<FastifyBaseLogger, 'warn'>,
  stop: AbortSignal,
): Promise<void> {
  while (!stop.aborted) {
    try {
      await tidy(database, stop);
    } catch (error) {
      log.warn({ err: error }, 'usage could not be rolled up; answers stay exact, but become slower');
    }
    await sleep(INTERVAL_MS, undefined, { signal: stop }).catch(() => undefined);
  }
}

/** Does what there is to do, and returns. */
async function tidy(database: Database, stop: AbortSignal): Promise<void> {
  while (await isUntidy(database)) {
    const filled = await fillNext(database);
    const moved = await compactAll(database, stop);
    if (moved > 0) await forgetMoved(database);
    if (filled?.complete !== false || stop.aborted) return;
  }
}

/** One statement tells, so that an idle server does next to nothing. */
async function isUntidy({ upkeep }: Database): Promise<boolean> {
  const { rows } = await sql<{ untidy: boolean }>`
    SELECT NOT complete OR EXISTS (SELECT FROM llm_usage_deltas) AS untidy FROM llm_usage_state`.execute(
    upkeep,
  );
  return rows[0]?.untidy ?? true;
}

/**
 * Moves the deltas that are there. Those that writers append meanwhile may wait for the next time, so that it comes to
 * an end.
 *
 * @returns the number moved
 */
export async function compactAll(database: Database, stop?: AbortSignal): Promise<number> {
  let moved = 0;
  while (!stop?.aborted) {
    const more = (await compactDeltas(database)) ?? 0;
    moved += more;
    if (more < BATCH) break;
  }
  return moved;
}

/** Frees the space of moved deltas, which every read scans otherwise. */
export async function forgetMoved({ upkeep }: Database): Promise<void> {
  await sql`VACUUM llm_usage_deltas`.execute(upkeep);
}

import { sql } from 'kysely';
import type { Database } from '../../database/database.js';

/** More are not counted: every read of usage adds them up, and one more read is not to make it worse. */
const MOST = 1_000_000;

/** Earlier looks that are remembered; of more, the age is told less exactly. */
const MOST_LOOKS = 500;

/** What the rollups lack. */
export interface Backlog {
  /** Whether they have been filled with the calls that were there before them. */
  isComplete: boolean;
  /** Changes that are not in them yet, up to a million. */
  changes: number;
  /** For how long the oldest of these has been there, as far as this process has looked. */
  ageMs: number;
}

/** Gives the function that looks how much there is to roll up. @throws what the database throws */
export function backlogReader({ reads }: Database): () => Promise<Backlog> {
  // Changes have numbers and no times: one is as old as the first look that saw it, or one after it.
  let looks: { newest: bigint; at: number }[] = [];
  return async () => {
    const { rows } = await sql<{
      complete: boolean | null;
      changes: string;
      oldest: string | null;
      newest: string | null;
    }>`
      SELECT (SELECT complete FROM llm_usage_state) AS complete,
        (SELECT count(*) FROM (SELECT FROM llm_usage_deltas LIMIT ${sql.lit(MOST)}) AS counted) AS changes,
        min(id) AS oldest, max(id) AS newest
      FROM llm_usage_deltas`.execute(reads);
    const { complete = false, changes = '0', oldest = null, newest = null } = rows[0] ?? {};
    const now = performance.now();
    looks = oldest === null ? [] : looks.filter((look) => look.newest >= BigInt(oldest));
    const ageMs = now - (looks[0]?.at ?? now);
    if (newest !== null) looks.push({ newest: BigInt(newest), at: now });
    if (looks.length > MOST_LOOKS) looks.splice(1, 1);
    return { isComplete: complete === true, changes: Number(changes), ageMs };
  };
}

import { beforeEach, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'pg';
import { compactDeltas } from '../../src/usage/rollups/compact.js';
import { rebuildRollups } from '../../src/usage/rollups/rebuild.js';
import { useTestDatabase } from '../support/database.js';
import { findDifferences, insertManyCalls, keepAllKinds, SMALL_BATCH } from './kept-usage.js';

const held = useTestDatabase();

beforeEach(() => keepAllKinds(held.database));

/** What writers do: any of it at any time, in transactions of one statement or some, of which some are rolled back. */
const WRITES = [
  `INSERT INTO llm_call_logs (group_id, request_messages, request_params, status, tokens_used, call_time, duration_ms)
   SELECT 1 + n % 2, '[]', '{"model": "a"}', 'success', n, TIMESTAMP '2024-05-03' + random() * interval '40 days', n
   FROM generate_series(1, 20) AS n`,
  `INSERT INTO llm_call_logs (request_messages, status) VALUES ('[]', 'error')`,
  `UPDATE llm_call_logs SET group_id = 1 + id % 2, tokens_used = tokens_used + 1,
     call_time = call_time + interval '3 days', duration_ms = duration_ms / 2
   WHERE id IN (SELECT id FROM llm_call_logs ORDER BY random() LIMIT 5 FOR UPDATE SKIP LOCKED)`,
  `DELETE FROM llm_call_logs
   WHERE id IN (SELECT id FROM llm_call_logs ORDER BY random() LIMIT 5 FOR UPDATE SKIP LOCKED)`,
];

/** Four writers, until the work is done; gives how many transactions they committed meanwhile. */
async function whileWriting(work: () => Promise<void>): Promise<number> {
  const pool = new Pool({ connectionString: held.url, max: 4 });
  const stop = new AbortController();
  let committed = 0;
  const write = async (seed: number) => {
    const client = await pool.connect();
    for (let turn = seed; !stop.signal.aborted; turn += 1) {
      await client.query('BEGIN');
      for (let some = 0; some <= turn % 3; some += 1)
        await client.query(WRITES[(turn + some) % WRITES.length]!);
      await client.query(turn % 5 === 0 ? 'ROLLBACK' : 'COMMIT');
      committed += 1;
    }
    client.release();
  };
  const writing = Promise.all([0, 1, 2, 3].map(write));
  try {
    await Promise.race([work(), writing]);
  } finally {
    stop.abort();
    await writing;
    await pool.end();
  }
  return committed;
}

/** Moves deltas again and again, with breaks in which others get at them, until the work is done. */
async function whileCompacting(work: () => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const compacting = (async () => {
    while (!stop.signal.aborted) {
      await compactDeltas(held.database);
      await sleep(50);
    }
  })();
  try {
    await work();
  } finally {
    stop.abort();
    await compacting;
  }
}

test('while writers go on and deltas are moved, no difference is found', async () => {
  const committed = await whileWriting(() =>
    whileCompacting(async () => {
      for (let round = 0; round < 4; round += 1) expect(await findDifferences(held.database)).toEqual([]);
    }),
  );
  expect(committed).toBeGreaterThan(20);
});

test('rollups made anew while writers go on are exact, by two at a time, with another server moving deltas', async () => {
  await insertManyCalls(held.database);
  await sql`UPDATE llm_usage_rollups SET calls = calls + 1`.execute(held.database.sql);
  const shares: number[] = [];
  const committed = await whileWriting(() =>
    whileCompacting(async () => {
      await Promise.all([
        rebuildRollups(held.database, (done, all) => shares.push(done / all), SMALL_BATCH),
        rebuildRollups(held.database, () => undefined, SMALL_BATCH),
      ]);
    }),
  );
  expect(committed).toBeGreaterThan(5);
  expect(new Set(shares).size).toBeGreaterThan(2);
  expect(shares.at(-1)).toBe(1);
  expect(await findDifferences(held.database)).toEqual([]);
});

test('rollups that somebody takes away again as soon as they are complete are made until they are', async () => {
  const { database } = held;
  await insertManyCalls(database);
  await sql`CREATE TABLE taken_away (once boolean)`.execute(database.sql);
  await sql`CREATE FUNCTION take_away() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.complete AND NOT EXISTS (SELECT FROM taken_away) THEN
      INSERT INTO taken_away VALUES (true);
      DELETE FROM llm_usage_rollups;
      DELETE FROM llm_usage_slices;
      UPDATE llm_usage_state SET complete = false, next_block = NULL;
    END IF;
    RETURN NULL;
  END $$`.execute(database.sql);
  await sql`CREATE TRIGGER take_away AFTER UPDATE ON llm_usage_state
    FOR EACH ROW EXECUTE FUNCTION take_away()`.execute(database.sql);
  try {
    const shares: number[] = [];
    await rebuildRollups(database, (done, all) => shares.push(done / all), SMALL_BATCH);
    const { rows } = await sql`SELECT (SELECT complete FROM llm_usage_state), once FROM taken_away`.execute(
      database.sql,
    );
    expect(rows).toEqual([{ complete: true, once: true }]);
    expect(shares.at(-1)).toBe(1);
    expect(await findDifferences(database)).toEqual([]);
  } finally {
    await sql`DROP FUNCTION take_away CASCADE`.execute(database.sql);
    await sql`DROP TABLE taken_away`.execute(database.sql);
  }
});

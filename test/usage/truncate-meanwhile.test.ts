import { expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { setTimeout as sleep } from 'node:timers/promises';
import { compactDeltas } from '../../src/usage/rollups/compact.js';
import { fillNext } from '../../src/usage/rollups/fill.js';
import { useTestDatabase } from '../support/database.js';
import { findDifferences, insertAllKinds } from './kept-usage.js';

const held = useTestDatabase();

test('calls can be truncated while rollups are filled and deltas moved, and nobody ends in a deadlock', async () => {
  const stop = new AbortController();
  const working = (async () => {
    while (!stop.signal.aborted) {
      await compactDeltas(held.database);
      await fillNext(held.database);
    }
  })();
  const truncating = (async () => {
    for (let round = 0; round < 30; round += 1) {
      await insertAllKinds(held.database);
      if (round % 2 === 0) await sql`UPDATE llm_usage_state SET complete = false`.execute(held.database.sql);
      await sleep(Math.random() * 20);
      await sql`TRUNCATE llm_call_logs`.execute(held.database.sql);
    }
  })().finally(() => {
    stop.abort();
  });
  await Promise.all([working, truncating]);
  await insertAllKinds(held.database);
  expect(await findDifferences(held.database)).toEqual([]);
});

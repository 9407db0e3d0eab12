import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';

/** Waits until the usage of every call is rolled up, as a server of ours does some time after the last one was written. */
export async function untilUsageIsReady(client: Client): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ complete: boolean; waiting: boolean }>(
      'SELECT complete, EXISTS (SELECT FROM llm_usage_deltas) AS waiting FROM llm_usage_state',
    );
    if (rows[0]?.complete && !rows[0].waiting) break;
    await sleep(200);
  }
  // As autovacuum does by and by.
  await client.query('VACUUM ANALYZE llm_usage_rollups, llm_usage_slices, llm_usage_deltas');
}

import type { Client } from 'pg';
import { YEAR } from './period.js';

/**
 * Takes back what a measurement of writes left in the log, or one that was interrupted: calls behind the bench's year,
 * and triggers that are off. The calls go first, under the same triggers as they came.
 */
export async function restoreLog(client: Client): Promise<void> {
  await client.query('DELETE FROM llm_call_logs WHERE call_time >= $1::timestamp', [YEAR.to]);
  await client.query('ALTER TABLE llm_call_logs ENABLE TRIGGER USER');
}

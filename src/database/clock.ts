import type { EntityManager } from '@mikro-orm/postgresql';
import { sql, type RawBuilder } from 'kysely';
import type { Timestamp } from './timestamp.js';

/**
 * The moment by the clock of the database, as a TIMESTAMP in UTC. What servers compare with each other goes by it: their
 * own clocks may be off, and may be set while they run. What one process measures goes by `performance.now()`.
 */
export const DATABASE_NOW: RawBuilder<Timestamp> = sql`(clock_timestamp() AT TIME ZONE 'UTC')`;

/** What time it is by the clock of the database; for entities, whose values are written out. */
export async function databaseTime(em: EntityManager): Promise<Timestamp> {
  const [row] = await em.execute<{ now: Timestamp }[]>(
    `SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') AS now`,
  );
  if (!row) throw new Error('The database does not tell the time.');
  return row.now;
}

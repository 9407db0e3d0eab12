import type { Database } from './database.js';
import { migrationStates } from './migration-states.js';

/** A line for each migration with when it ran (UTC), or that it is pending; changes nothing. */
export async function migrationStatus({ sql: kysely }: Database): Promise<string[]> {
  const states = await migrationStates(kysely);
  const width = Math.max(...states.map(({ name }) => name.length));
  return states.map(({ name, ranAt, known }) => {
    const remark = known ? '' : ' (this version does not know it)';
    return `${name.padEnd(width)}  ${ranAt ?? 'pending'}${remark}`;
  });
}

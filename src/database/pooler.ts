import { sql } from 'kysely';
import { OperatorError } from '../operator-error.js';
import type { Database } from './database.js';

/** Whether a pooler stands between here and PostgreSQL: the process that it names is not the one that answers. */
export async function isBehindPooler({ sql: kysely, connections }: Database): Promise<boolean> {
  return kysely.connection().execute(async (connection) => {
    const { rows } = await sql<{ pid: number }>`SELECT pg_backend_pid() AS pid`.execute(connection);
    const named = connections().flatMap(({ kind, backends }) => (kind === 'sql' ? backends : []));
    return rows[0] !== undefined && !named.includes(rows[0].pid);
  });
}

/** @throws OperatorError where there is no session of one's own, in which locks and settings could be held */
export async function refusePooler(database: Database): Promise<void> {
  if (database.pooler === 'none' && !(await isBehindPooler(database))) return;
  throw new OperatorError(
    'A pooler stands between here and PostgreSQL, and migrations need a session of their own. Set DATABASE_URL to the address of PostgreSQL itself, and leave DATABASE_POOLER out.',
  );
}

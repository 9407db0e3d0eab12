import { CompiledQuery } from 'kysely';
import { Client } from 'pg';
import type { Database } from './database.js';

/** A process of PostgreSQL that did nothing for five seconds is not at work, whatever this side believes. */
const AT_WORK = `
  SELECT EXISTS (
    SELECT FROM pg_stat_activity
    WHERE pid = ANY($1::integer[]) AND datname = current_database()
      AND (state = 'active' OR state_change > clock_timestamp() - interval '5 seconds')
  ) AS "isAtWork"`;

/**
 * Whether the database is at work on any statement that records calls, be it that the statement waits for a lock. Where it
 * is not, and does not answer there either, the connections for that lead nowhere.
 *
 * It is asked on the connection for quick reads and on one of its own at the same time: those that read may all wait for
 * the same lock, and there may be none to have besides.
 *
 * @param patience milliseconds to connect, and to answer
 * @throws Error where it does not answer on either
 */
export function isAtWork(database: Database, patience: number): Promise<boolean> {
  const kinds = database.connections();
  // A command's connections are all of one kind.
  const { backends = [] } = kinds.find(({ kind }) => kind === 'recording') ?? kinds[0] ?? {};
  return Promise.any([askQuickly(database, backends), askApart(database, backends, patience)]);
}

async function askQuickly({ quickReads }: Database, backends: number[]): Promise<boolean> {
  const { rows } = await quickReads.executeQuery(CompiledQuery.raw(AT_WORK, [backends]));
  return (rows[0] as { isAtWork: boolean } | undefined)?.isAtWork === true;
}

async function askApart({ url }: Database, backends: number[], patience: number): Promise<boolean> {
  const client = new Client({
    connectionString: url,
    application_name: 'llm-call-log',
    connectionTimeoutMillis: patience,
    query_timeout: patience,
  });
  // Whatever goes wrong, the statement fails of it.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ isAtWork: boolean }>(AT_WORK, [backends]);
    return rows[0]?.isAtWork === true;
  } finally {
    void client.end().catch(() => undefined);
  }
}

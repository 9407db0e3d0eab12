import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { OperatorError } from '../operator-error.js';
import { prepareDataFolder, removeUnfinished, type DataFolder } from './data-folder.js';
import { runningPort, startPostgres, stopPostgres } from './postgres-process.js';

/** Advisory lock keys in the embedded cluster. Held by a session, they end with its process however it ends. */
const IN_USE = 7_301_001;
const SERVER = 7_301_002;
const DATABASE = 'llm_call_log';

/** Longer than a recovery after a crash takes. */
const PATIENCE_MS = 120_000;

/** The embedded PostgreSQL of a data folder, in use by this process. */
export interface EmbeddedPostgres {
  url: string;
  /** Lets go of the database, and stops it when no other process uses it. */
  release(): Promise<void>;
}

/**
 * Brings up the PostgreSQL of a data folder, or joins it where another process already runs it. Until it is
 * released, it is brought up again, on the same port, whenever it goes away.
 *
 * A folder has at most one server (`role: 'server'`); commands such as an import work beside it.
 * A database left behind by a server that was killed is taken over as it stands.
 *
 * @param report is told in a sentence when the database has gone away, and what comes of it
 * @throws OperatorError when the folder already has a server, or PostgreSQL does not come up.
 */
export async function useEmbeddedPostgres(
  dataDir: string,
  role: 'server' | 'command',
  report: (event: string) => void = () => undefined,
): Promise<EmbeddedPostgres> {
  const folder = await prepareDataFolder(dataDir);
  let released = false;
  let session = join(folder, { mayStart: () => true });
  const first = await session;
  if (!first) throw new OperatorError('The embedded PostgreSQL was not started.');
  const { port } = first;

  const keep = (client: Client) => {
    client.once('end', () => {
      if (!released) session = comeBack();
    });
  };
  const comeBack = async (): Promise<Client | undefined> => {
    report('The embedded PostgreSQL went away; it is being brought up again.');
    while (!released) {
      try {
        const client = await join(folder, { port, mayStart: () => !released });
        if (!client) break;
        if (role === 'server') await tryLock(client, 'pg_try_advisory_lock', SERVER);
        keep(client);
        report('The embedded PostgreSQL is back.');
        return client;
      } catch (error) {
        report((error as Error).message);
        await sleep(1000);
      }
    }
    return undefined;
  };

  if (role === 'server') {
    if (!(await tryLock(first, 'pg_try_advisory_lock', SERVER))) {
      await letGo(first, folder);
      throw new OperatorError(
        `Another server is running on the data folder ${dataDir}. Stop it first, or set DATA_DIR to another folder.`,
      );
    }
    await removeUnfinished(folder);
  }
  await ensureDatabase(first);
  keep(first);
  const release = async () => {
    released = true;
    const client = await session;
    if (client) await letGo(client, folder);
  };
  let releasing: Promise<void> | undefined;
  return {
    url: connectionUrl(port, folder.password, DATABASE),
    release: () => (releasing ??= release()),
  };
}

/**
 * Opens a session that marks the folder's PostgreSQL as in use, once it runs.
 *
 * @returns undefined when it does not run, and may not be started
 */
async function join(
  folder: DataFolder & { password: string },
  { port, mayStart }: { port?: number; mayStart: () => boolean },
): Promise<Client | undefined> {
  const deadline = performance.now() + PATIENCE_MS;
  let failures = 0;
  while (performance.now() < deadline) {
    const running = await runningPort(folder);
    if (running === undefined && !mayStart()) return undefined;
    try {
      if (running === undefined) {
        await startPostgres(folder, port);
        continue;
      }
      const session = await openSession(running, folder);
      if (session) return session;
    } catch (error) {
      // It may be another process's start or stop that we met halfway, or a port that was just taken.
      failures += 1;
      if (failures === 5) throw error;
    }
    await sleep(100);
  }
  throw new OperatorError(`The embedded PostgreSQL does not answer; its log is ${folder.log}.`);
}

/** @returns undefined while PostgreSQL is starting, or about to be stopped */
async function openSession(
  port: number,
  { password, passwordFile }: DataFolder & { password: string },
): Promise<Client | undefined> {
  const connectionString = connectionUrl(port, password, 'postgres');
  const client = new Client({ connectionString, connectionTimeoutMillis: 5_000 });
  // The pool's own connections report a database that went away.
  client.on('error', () => undefined);
  try {
    await client.connect();
    if (await tryLock(client, 'pg_try_advisory_lock_shared', IN_USE)) return client;
  } catch (error) {
    if ((error as { code?: string }).code === '28P01') {
      throw new OperatorError(
        `${passwordFile} does not hold the password that the embedded PostgreSQL was made with. Put that file back.`,
      );
    }
  }
  await client.end().catch(() => undefined);
  return undefined;
}

/** Ends a session, and stops PostgreSQL when it was the last one. */
async function letGo(session: Client, folder: DataFolder): Promise<void> {
  try {
    await session.query('SELECT pg_advisory_unlock_shared($1)', [IN_USE]);
    if (await tryLock(session, 'pg_try_advisory_lock', IN_USE)) await stopPostgres(folder);
  } catch (error) {
    // Where the session is lost, there is no PostgreSQL to stop.
    if (error instanceof OperatorError) throw error;
  } finally {
    await session.end().catch(() => undefined);
  }
}

async function tryLock(client: Client, lock: string, key: number): Promise<boolean> {
  const { rows } = await client.query<{ held: boolean }>(`SELECT ${lock}($1) AS held`, [key]);
  return rows[0]?.held === true;
}

async function ensureDatabase(client: Client): Promise<void> {
  const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE]);
  if (rowCount) return;
  await client.query(`CREATE DATABASE ${DATABASE}`).catch((error: unknown) => {
    const { code } = error as { code?: string };
    if (code !== '42P04' && code !== '23505') throw error; // somebody else just made it
  });
}

function connectionUrl(port: number, password: string, database: string): string {
  return `postgres://postgres:${password}@127.0.0.1:${port}/${database}`;
}

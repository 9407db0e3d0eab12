import { randomBytes } from 'node:crypto';
import { chmod, chown, link, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { OperatorError } from '../errors.js';
import { postgresUser, runPostgres } from './postgres-binaries.js';

/** Advisory lock keys in the embedded cluster. Held by a session, they end with its process however it ends. */
const IN_USE = 7_301_001;
const SERVER = 7_301_002;
const DATABASE = 'llm_call_log';

/** The embedded PostgreSQL of a data folder, in use by this process. */
export interface EmbeddedPostgres {
  url: string;
  /** Lets go of the database, and stops it when no other process uses it. */
  release(): Promise<void>;
}

interface Paths {
  dataDir: string;
  cluster: string;
  password: string;
  log: string;
}

/**
 * Brings up the PostgreSQL of a data folder, or joins it where another process already runs it.
 *
 * A folder has at most one server (`role: 'server'`); commands such as an import work beside it.
 * A database left behind by a server that was killed is taken over as it stands.
 *
 * @throws OperatorError when the folder already has a server, or PostgreSQL does not come up.
 */
export async function useEmbeddedPostgres(
  dataDir: string,
  role: 'server' | 'command',
): Promise<EmbeddedPostgres> {
  const paths = {
    dataDir,
    cluster: join(dataDir, 'postgres'),
    password: join(dataDir, 'postgres-password'),
    log: join(dataDir, 'postgres.log'),
  };
  await mkdir(dataDir, { recursive: true });
  const password = await ensurePassword(paths);
  await ensureCluster(paths);

  const deadline = Date.now() + 60_000;
  let lock: Client | undefined;
  while (!lock) {
    const port = await runningPort(paths);
    const client = port === undefined ? undefined : await connect(port, password, 'postgres');
    if (client && (await tryLock(client, 'pg_try_advisory_lock_shared', IN_USE))) {
      lock = client;
    } else if (Date.now() > deadline) {
      throw new OperatorError(`The embedded PostgreSQL does not answer; see ${paths.log}.`);
    } else {
      await client?.end();
      // It may be another process's start or stop that we met halfway: then wait for it.
      if (!client) await startCluster(paths).catch((error: unknown) => waitOrThrow(error, paths));
      else await sleep(100);
    }
  }
  const session = lock;
  if (role === 'server' && !(await tryLock(session, 'pg_try_advisory_lock', SERVER))) {
    await session.end();
    throw new OperatorError(
      `Another server is running on the data folder ${dataDir}. Stop it first, or set DATA_DIR to another folder.`,
    );
  }
  await ensureDatabase(session);
  session.on('error', () => undefined); // the pool's own connections report a database that went away
  return {
    url: connectionUrl(session.port, password, DATABASE),
    release: () => release(session, paths),
  };
}

async function release(session: Client, paths: Paths): Promise<void> {
  try {
    await session.query('SELECT pg_advisory_unlock_shared($1)', [IN_USE]);
    const last = await tryLock(session, 'pg_try_advisory_lock', IN_USE);
    if (!last) return;
    const user = await postgresUser(paths.cluster);
    await runPostgres('pg_ctl', ['stop', '-w', '-m', 'fast', '-D', paths.cluster], paths.cluster, user);
  } finally {
    await session.end().catch(() => undefined);
  }
}

/** The random password of the cluster, made on first use. Written aside and linked, so that it is never half there. */
async function ensurePassword(paths: Paths): Promise<string> {
  const fresh = `${paths.password}.${process.pid}`;
  await writeFile(fresh, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600 });
  await link(fresh, paths.password).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await rm(fresh);
  await chmod(paths.password, 0o600);
  return (await readFile(paths.password, 'utf8')).trim();
}

/** Makes the cluster in a folder of its own and moves it into place, so that an interrupted first start leaves none. */
async function ensureCluster(paths: Paths): Promise<void> {
  if (await exists(join(paths.cluster, 'PG_VERSION'))) return;
  const user = await postgresUser(paths.cluster);
  const fresh = await mkdtemp(join(paths.dataDir, 'postgres.new-'));
  const passwordFile = join(fresh, 'password');
  const cluster = join(fresh, 'cluster');
  try {
    await writeFile(passwordFile, await readFile(paths.password), { mode: 0o600 });
    await mkdir(cluster, { mode: 0o700 });
    if (user) {
      await chmod(fresh, 0o711);
      for (const path of [passwordFile, cluster]) await chown(path, user.uid, user.gid);
    }
    // The built-in locale sorts and folds case alike on every machine.
    const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
    const login = ['--username=postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
    await runPostgres('initdb', [`--pgdata=${cluster}`, ...locale, ...login], cluster, user);
    await rename(cluster, paths.cluster).catch(async (error: unknown) => {
      if (!(await exists(join(paths.cluster, 'PG_VERSION')))) throw error;
    });
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

async function startCluster(paths: Paths): Promise<void> {
  const user = await postgresUser(paths.cluster);
  await removeStalePidFile(paths);
  await writeFile(paths.log, '', { flag: 'a', mode: 0o600 });
  if (user) await chown(paths.log, user.uid, user.gid);
  const settings = {
    listen_addresses: '127.0.0.1',
    port: await freePort(),
    unix_socket_directories: '',
    // A statement in PostgreSQL's own log could hold a prompt or a key.
    log_min_error_statement: 'panic',
    log_parameter_max_length_on_error: 0,
    shared_buffers: '256MB',
    jit: 'off',
    timezone: 'UTC',
  };
  const flags = Object.entries(settings).map(([name, value]) => `-c ${name}='${value}'`);
  const args = ['start', '-w', '-D', paths.cluster, '-l', paths.log, '-o', flags.join(' ')];
  await runPostgres('pg_ctl', args, paths.cluster, user);
}

/** After a crash in a container, the process id in PostgreSQL's lock file may be another program's by now. */
async function removeStalePidFile(paths: Paths): Promise<void> {
  const file = join(paths.cluster, 'postmaster.pid');
  const pid = (await readFile(file, 'utf8').catch(() => '')).split('\n')[0];
  if (!pid || process.platform !== 'linux') return;
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  if (!commandLine.includes(paths.cluster)) await rm(file, { force: true });
}

async function waitOrThrow(error: unknown, paths: Paths): Promise<void> {
  if (!(await exists(join(paths.cluster, 'postmaster.pid')))) throw error;
  await sleep(200);
}

async function runningPort(paths: Paths): Promise<number | undefined> {
  const lines = (await readFile(join(paths.cluster, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  return lines[3] ? Number(lines[3]) : undefined;
}

async function connect(port: number, password: string, database: string): Promise<Client | undefined> {
  const client = new Client({ connectionString: connectionUrl(port, password, database) });
  try {
    await client.connect();
    return client;
  } catch {
    return undefined;
  }
}

async function tryLock(client: Client, lock: string, key: number): Promise<boolean> {
  const { rows } = await client.query<{ held: boolean }>(`SELECT ${lock}($1) AS held`, [key]);
  return rows[0]?.held === true;
}

async function ensureDatabase(client: Client): Promise<void> {
  const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE]);
  if (rowCount) return;
  await client.query(`CREATE DATABASE ${DATABASE}`).catch((error: { code?: string }) => {
    if (error.code !== '42P04' && error.code !== '23505') throw error; // somebody else just made it
  });
}

function connectionUrl(port: number, password: string, database: string): string {
  return `postgres://postgres:${password}@127.0.0.1:${port}/${database}`;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((ready) => probe.once('listening', ready));
  const { port } = probe.address() as AddressInfo;
  await new Promise((closed) => probe.close(closed));
  return port;
}

async function exists(path: string): Promise<boolean> {
  return readFile(path).then(
    () => true,
    () => false,
  );
}

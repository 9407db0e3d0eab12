import { execFile } from 'node:child_process';
import { chown, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { postgresUser } from '../../../src/database/postgres-binaries.js';
import { freePort } from '../../../src/database/postgres-process.js';
import { eventually } from '../../support/eventually.js';
import { run } from '../../support/processes.js';
import { connect } from './fault-database.js';

const execute = promisify(execFile);

/** Connections of a pool: fewer than the server has, so that it has to share them. */
export const POOL_SIZE = 6;

/**
 * Debian's PgBouncer: the one that is installed, else installed now where this is root's to do.
 *
 * @returns whether there is one
 */
export async function hasPgBouncer(): Promise<boolean> {
  if (await succeeds('pgbouncer', ['--version'])) return true;
  if (process.getuid?.() !== 0) return false;
  // In this run level Debian starts no service.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  return succeeds('apt-get', ['install', '--yes', '--no-install-recommends', 'pgbouncer'], env);
}

/**
 * Starts one in transaction mode before a PostgreSQL; it ends with the test file.
 *
 * @param url of the database, without the pooler
 * @returns the same by way of the pooler
 */
export async function poolTransactions(url: string): Promise<string> {
  const { hostname, port, username, password } = new URL(url);
  const pooled = new URL(url);
  pooled.port = String(await freePort());
  const folder = await mkdtemp(join(tmpdir(), 'pgbouncer-'));
  const users = join(folder, 'users.txt');
  const configuration = join(folder, 'pgbouncer.ini');
  await writeFile(users, `"${username}" "${password}"\n`);
  await writeFile(
    configuration,
    `[databases]
* = host=${hostname} port=${port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${pooled.port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${users}
pool_mode = transaction
default_pool_size = ${POOL_SIZE}
max_client_conn = 500
`,
  );
  // It refuses to run as root.
  const user = await postgresUser(folder);
  const as = user ? ['setpriv', `--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups'] : [];
  if (user) for (const path of [folder, users, configuration]) await chown(path, user.uid, user.gid);
  const pooler = run([...as, 'pgbouncer', configuration], {});
  const ended = new AbortController();
  void pooler.ended.then(() => {
    ended.abort();
  });
  await eventually(async () => {
    if (ended.signal.aborted) throw new Error(`PgBouncer ended: ${pooler.stderr()}`);
    const client = await connect(pooled.href).catch(() => undefined);
    await client?.end();
    return client !== undefined;
  });
  return pooled.href;
}

async function succeeds(program: string, args: string[], env = process.env): Promise<boolean> {
  return execute(program, args, { env }).then(
    () => true,
    () => false,
  );
}

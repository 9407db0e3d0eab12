import { chown, open, readFile, readlink, realpath, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { OperatorError } from '../operator-error.js';
import type { DataFolder } from './data-folder.js';
import { postgresUser, runPostgres } from './postgres-binaries.js';

/** The port of the folder's PostgreSQL, where one runs; it may still be starting, or already stopping. */
export async function runningPort({ cluster }: DataFolder): Promise<number | undefined> {
  const { pid, port } = await readPidFile(cluster);
  return isAlive(pid) && (await worksIn(pid, cluster)) ? port : undefined;
}

/**
 * Starts PostgreSQL on a folder, listening on 127.0.0.1 alone.
 *
 * @param port where to listen; a free port when left out
 * @throws OperatorError with what PostgreSQL itself says is wrong
 */
export async function startPostgres(folder: DataFolder, port?: number): Promise<void> {
  const user = await postgresUser(folder.cluster);
  await removePidFileOfAnother(folder.cluster);
  await writeFile(folder.log, '', { flag: 'a', mode: 0o600 });
  if (user) await chown(folder.log, user.uid, user.gid);
  const settings = {
    listen_addresses: '127.0.0.1',
    port: port ?? (await freePort()),
    unix_socket_directories: '',
    // A failed or crashed statement in PostgreSQL's own log could hold a prompt or a key.
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    log_parameter_max_length: 0,
    log_parameter_max_length_on_error: 0,
    log_checkpoints: 'off',
    shared_buffers: '256MB',
    jit: 'off',
    timezone: 'UTC',
  };
  const flags = Object.entries(settings).map(([name, value]) => `-c ${name}='${value}'`);
  // pg_ctl puts paths between double quotes for a shell; relative to the cluster, they hold nothing to interpret.
  const args = ['start', '-w', '-D', '.', '-l', '../postgres.log', '-o', flags.join(' ')];
  const log = await open(folder.log);
  try {
    const { size } = await log.stat();
    await runPostgres('pg_ctl', args, folder.cluster, user).catch(async (error: unknown) => {
      const { buffer, bytesRead } = await log.read({ buffer: Buffer.alloc(65_536), position: size });
      const fatal = /FATAL: +(.*)(?![^]*FATAL:)/.exec(buffer.toString('utf8', 0, bytesRead))?.[1];
      if (fatal === undefined) throw error;
      throw new OperatorError(`The embedded PostgreSQL does not start: ${fatal}. Its log is ${folder.log}.`);
    });
  } finally {
    await log.close();
  }
}

/** Stops the folder's PostgreSQL, ending its connections. */
export async function stopPostgres({ cluster }: DataFolder): Promise<void> {
  const user = await postgresUser(cluster);
  await runPostgres('pg_ctl', ['stop', '-w', '-m', 'fast', '-D', '.'], cluster, user);
}

async function readPidFile(cluster: string): Promise<{ pid: number; port: number | undefined }> {
  const lines = (await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  return { pid: Number(lines[0]), port: lines[3] ? Number(lines[3]) : undefined };
}

/**
 * After a crash in a container, the process id in PostgreSQL's lock file may be another program's by now,
 * and PostgreSQL would not start. Where there is no such process, PostgreSQL itself sees that.
 */
async function removePidFileOfAnother(cluster: string): Promise<void> {
  const { pid } = await readPidFile(cluster);
  if (isAlive(pid) && !(await worksIn(pid, cluster))) await rm(join(cluster, 'postmaster.pid'));
}

function isAlive(pid: number): boolean {
  if (!pid) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** PostgreSQL works in its data directory. A process that does not let us see where it works counts as PostgreSQL. */
async function worksIn(pid: number, cluster: string): Promise<boolean> {
  if (process.platform !== 'linux') return true;
  try {
    return (await readlink(`/proc/${pid}/cwd`)) === (await realpath(cluster));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES';
  }
}

/** A TCP port of 127.0.0.1 that nobody listened on a moment ago. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((ready) => probe.once('listening', ready));
  const { port } = probe.address() as AddressInfo;
  await new Promise((closed) => probe.close(closed));
  return port;
}

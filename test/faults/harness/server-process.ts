import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NODE_FLAGS } from '../../../src/product-node.js';
import { run, type Running } from '../../support/processes.js';

const MAIN = join(import.meta.dirname, '../../../dist/src/main.js');
const MB = 1024;

/** The product's server as a process of its own, on a database that is migrated already. */
export interface ServerProcess {
  running: Running;
  /** http://127.0.0.1:port */
  url: string;
  /** The most memory that it had resident since it was ready, above what it had then; in MB. */
  peakAboveIdle: () => Promise<number>;
}

/** Starts it as production does, with any rate of requests allowed. */
export async function startServer(
  databaseUrl: string,
  environment: Record<string, string> = {},
): Promise<ServerProcess> {
  const running = run([process.execPath, ...NODE_FLAGS, MAIN, 'start'], {
    ...{ DATABASE_URL: databaseUrl, RATE_LIMIT: '0', NODE_ENV: 'production' },
    ...environment,
  });
  const url = await running.ready();
  // Forgets the peak of its start.
  await writeFile(`/proc/${running.pid}/clear_refs`, '5');
  const idle = await statusOf(running.pid, 'VmRSS');
  return { running, url, peakAboveIdle: async () => (await statusOf(running.pid, 'VmHWM')) - idle };
}

async function statusOf(pid: number, field: 'VmHWM' | 'VmRSS'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / MB;
}

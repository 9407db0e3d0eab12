import { afterAll } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { isAlive } from './alive.js';
import { eventually } from './eventually.js';

interface DataFolders {
  /** Makes none yet, but says where one may be made. */
  freshFolder: (name?: string) => Promise<string>;
  /** Makes one that PostgreSQL was never started on: a copy, which takes a tenth of the time that initdb takes. */
  preparedFolder: () => Promise<string>;
  /** Makes one whose database is migrated, and holds nothing yet: a copy, too. */
  migratedFolder: () => Promise<string>;
}

/** Folders for embedded databases; after the test file, what still runs on them is ended, and they are removed. */
export function useDataFolders(): DataFolders {
  const parents: string[] = [];
  const folders: string[] = [];
  afterAll(async () => {
    for (const folder of folders) await killPostgres(folder);
    for (const parent of parents) await rm(parent, { recursive: true, force: true });
  });
  const freshFolder = async (name = 'data') => {
    const parent = await mkdtemp(join(tmpdir(), 'llm-call-log-test-'));
    parents.push(parent);
    const folder = join(parent, name);
    folders.push(folder);
    return folder;
  };
  const copyOf = async (image = '') => {
    const folder = await freshFolder();
    // Unlike Node's own copy, it keeps the owner.
    await promisify(execFile)('cp', ['-a', image, folder]);
    return folder;
  };
  return {
    freshFolder,
    preparedFolder: () => copyOf(process.env['TEST_DATA_IMAGE']),
    migratedFolder: async () => {
      const response = await fetch(process.env['TEST_MIGRATED_IMAGE_URL'] ?? '');
      const image = await response.text();
      if (!response.ok) throw new Error(image);
      return copyOf(image);
    },
  };
}

/** The process id of the PostgreSQL that runs on a data folder, if one does. */
export async function postgresOf(dataDir: string): Promise<number | undefined> {
  const [pid] = await pidFile(dataDir);
  return pid && isAlive(Number(pid)) ? Number(pid) : undefined;
}

/** Ends it without a chance to clean up. */
export async function killPostgres(dataDir: string): Promise<void> {
  const pid = await postgresOf(dataDir);
  if (pid === undefined) return;
  process.kill(pid, 'SIGKILL');
  await eventually(() => !isAlive(pid));
}

/** Connects to the embedded database of a data folder, beside the server. */
export async function connectTo(dataDir: string): Promise<Client> {
  const port = Number((await pidFile(dataDir))[3]);
  const password = (await readFile(join(dataDir, 'postgres-password'), 'utf8')).trim();
  const client = new Client({
    host: '127.0.0.1',
    port,
    user: 'postgres',
    password,
    database: 'llm_call_log',
  });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

async function pidFile(dataDir: string): Promise<string[]> {
  return (await readFile(join(dataDir, 'postgres/postmaster.pid'), 'utf8').catch(() => '')).split('\n');
}

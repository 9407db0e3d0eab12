import { chmod, mkdir, mkdtemp, readFile, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Client } from 'pg';
import { openDatabase } from '../../../src/database/database.js';
import { useEmbeddedPostgres } from '../../../src/database/embedded.js';
import { migrate } from '../../../src/database/migrate.js';
import { OperatorError } from '../../../src/errors.js';
import type { CleanUp } from '../clean-up.js';
import type { BodySize } from './bodies.js';
import { generateCalls } from './generate-calls.js';

/** A PostgreSQL of the bench's own with a log of so many calls. */
export interface BenchDatabase {
  url: string;
  calls: number;
}

/** What a bench database is made as. */
export interface Wanted {
  calls: number;
  bodySize: BodySize;
}

/** Bytes on the disk that a call costs at the most while the database is made, with its write-ahead log. */
const BYTES_A_CALL: Record<BodySize, number> = { realistic: 8000, small: 3000 };

/** Where databases are kept: a folder that was named, or else one that goes away with this run. */
export async function databaseFolder(named: string | undefined, cleanUp: CleanUp): Promise<string> {
  if (named !== undefined) {
    await mkdir(named, { recursive: true });
    return resolve(named);
  }
  const folder = await mkdtemp(join(tmpdir(), 'llm-call-log-bench-'));
  cleanUp.later(() => rm(folder, { recursive: true, force: true }));
  // PostgreSQL runs as another user where we are root.
  await chmod(folder, 0o711);
  return folder;
}

/**
 * Brings up the database of so many calls in the folder, which is made first where it is not there, and migrated.
 *
 * @throws OperatorError where the disk has no room for it
 */
export async function useBenchDatabase(
  folder: string,
  { calls, bodySize }: Wanted,
  cleanUp: CleanUp,
  report: (progress: string) => void,
): Promise<BenchDatabase> {
  const path = join(folder, `${calls}-${bodySize}`);
  const mark = join(path, 'filled');
  const isFilled = await readFile(mark).then(
    () => true,
    () => false,
  );
  if (!isFilled) {
    await rm(path, { recursive: true, force: true });
    await refuseFullDisk(folder, { calls, bodySize });
  }
  const postgres = await useEmbeddedPostgres(path, 'server', report);
  cleanUp.later(() => postgres.release());
  await bringUpToDate(postgres.url);
  if (!isFilled) {
    const client = new Client({ connectionString: postgres.url });
    await client.connect();
    await generateCalls(client, calls, bodySize, report).finally(() => client.end());
    await writeFile(mark, '');
  }
  return { url: postgres.url, calls };
}

async function bringUpToDate(url: string): Promise<void> {
  const database = await openDatabase(url, 2);
  try {
    await migrate(database);
  } finally {
    await database.close();
  }
}

async function refuseFullDisk(folder: string, { calls, bodySize }: Wanted): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const needed = calls * BYTES_A_CALL[bodySize];
  if (bavail * bsize >= needed) return;
  const gigabytes = (bytes: number) => (bytes / 1e9).toFixed(1);
  throw new OperatorError(
    `${calls.toLocaleString('en')} calls with ${bodySize} bodies need ${gigabytes(needed)} GB, and ${folder} has ${gigabytes(bavail * bsize)} GB free.`,
  );
}

import { chmod, mkdir, mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Client } from 'pg';
import { openDatabase } from '../../../src/database/database.js';
import { useEmbeddedPostgres } from '../../../src/database/embedded.js';
import { migrate } from '../../../src/database/migrating/migrate.js';
import { exists } from '../../../src/database/secret-file.js';
import { entities } from '../../../src/entities.js';
import { OperatorError } from '../../../src/operator-error.js';
import { rebuildRollups } from '../../../src/usage/rollups/rebuild.js';
import type { CleanUp } from '../clean-up.js';
import type { BodySize } from './bodies.js';
import { generateCalls } from './generate-calls.js';
import { restoreLog } from './restore-log.js';

/** What a bench database is made as. */
export interface Wanted {
  calls: number;
  bodySize: BodySize;
}

/** Bytes on the disk that a call costs with its entries in the indexes. */
const BYTES_A_CALL: Record<BodySize, number> = { realistic: 4500, small: 650 };

/** Bytes for PostgreSQL's write-ahead log, its catalogues, and the sorting of an index. */
const BYTES_BESIDES = 2e9;

/** Where databases are kept: a folder that was named, or else one that goes away with this run. */
export async function databaseFolder(named: string | undefined, cleanUp: CleanUp): Promise<string> {
  if (named !== undefined) {
    await mkdir(named, { recursive: true });
    return resolve(named);
  }
  const folder = await mkdtemp(join(tmpdir(), 'llm-call-log-bench-'));
  // Where the run is stopped early, a database may still be in the making there.
  cleanUp.later(() => rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }));
  // PostgreSQL runs as another user where we are root.
  await chmod(folder, 0o711);
  return folder;
}

/**
 * Brings up the database of so many calls in the folder, migrated; where it is not there, or not whole, it is made.
 *
 * @returns where it is: postgres://user:password@host:port/database
 * @throws OperatorError where the disk has no room for it, or another run uses it
 */
export async function useBenchDatabase(
  folder: string,
  { calls, bodySize }: Wanted,
  cleanUp: CleanUp,
  report: (progress: string) => void,
): Promise<string> {
  const path = join(folder, `${calls}-${bodySize}`);
  const mark = join(path, 'filled');
  const isFilled = await exists(mark);
  if (!isFilled) await refuseFullDisk(folder, { calls, bodySize });
  const postgres = await useEmbeddedPostgres(path, 'server', report);
  cleanUp.later(() => postgres.release());
  const database = await openDatabase(postgres.url, entities, 2);
  const client = new Client({ connectionString: postgres.url });
  await client.connect();
  try {
    await migrate(database);
    if (isFilled) {
      await restoreLog(client);
    } else {
      await generateCalls(client, calls, bodySize, report);
      // All that is to be counted was there before the triggers, as in a log that is adopted.
      await rebuildRollups(database, (done, all) => {
        report(`usage of ${Math.round((done / all) * 100)} % of the calls`);
      });
      // Or it would be written out while somebody is measured.
      await client.query('CHECKPOINT');
      await writeFile(mark, '');
    }
  } finally {
    await client.end();
    await database.close();
  }
  return postgres.url;
}

async function refuseFullDisk(folder: string, { calls, bodySize }: Wanted): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const needed = calls * BYTES_A_CALL[bodySize] + BYTES_BESIDES;
  if (bavail * bsize >= needed) return;
  const gigabytes = (bytes: number) => (bytes / 1e9).toFixed(1);
  throw new OperatorError(
    `${calls.toLocaleString('en')} calls with ${bodySize} bodies need ${gigabytes(needed)} GB, and ${folder} has ${gigabytes(bavail * bsize)} GB free.`,
  );
}

import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { OperatorError } from '../../../src/operator-error.js';
import type { BodySize } from '../database/bodies.js';
import { writeCallsFile } from '../database/calls-file.js';
import { NEW_CALL_COLUMNS } from '../database/new-call.js';
import { WrittenCalls } from '../database/written-calls.js';
import { outputOf } from '../servers/child-process.js';
import { MAIN } from '../servers/ours.js';
import { median } from './statistics.js';

/** A file to load. */
interface ImportCase {
  name: string;
  calls: number;
  size: BodySize;
}

const IMPORT_CASES: readonly ImportCase[] = [
  { name: 'import of 10,000 calls', calls: 10_000, size: 'realistic' },
  { name: 'import of 50,000 small calls', calls: 50_000, size: 'small' },
];

/** The least part of COPY's speed that is wanted of the import. */
const LIMIT = 0.6;

/** How fast a file was loaded: medians of the rounds, in calls a second from the connection to the commit. */
export interface ImportResult {
  name: string;
  /** `npm run import`, which checks every row and keeps the bad ones out. */
  imported: number;
  /** PostgreSQL's own COPY of the same file, as psql's \copy does it. */
  copied: number;
  /** The first to the second. */
  ratio: number;
  limit: number;
}

/**
 * Loads files with the product's import and with COPY, in turn, with all indexes and triggers in place, and deletes
 * the calls again.
 *
 * @param url of a database that a server of ours serves, which keeps its usage up to date
 * @throws OperatorError where a call of the file is not in the log afterwards
 */
export async function measureImports(url: string, rounds: number): Promise<ImportResult[]> {
  const folder = await mkdtemp(join(tmpdir(), 'llm-call-log-bench-import-'));
  try {
    const results: ImportResult[] = [];
    for (const { name, calls, size } of IMPORT_CASES) {
      const path = join(folder, `${size}.csv`);
      await writeCallsFile(path, calls, size);
      const { imported, copied } = await measure(url, path, calls, rounds);
      results.push({ name, imported, copied, ratio: imported / copied, limit: LIMIT });
    }
    return results;
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function measure(
  url: string,
  path: string,
  calls: number,
  rounds: number,
): Promise<{ imported: number; copied: number }> {
  const rates = { imported: [] as number[], copied: [] as number[] };
  await WrittenCalls.use(url, async (written) => {
    for (let round = 0; round < rounds; round += 1) {
      const order = round % 2 === 0 ? (['imported', 'copied'] as const) : (['copied', 'imported'] as const);
      for (const how of order) {
        const rate = how === 'imported' ? await importFile(url, path) : calls / (await copyFile(url, path));
        await written.check(calls);
        await written.remove();
        rates[how].push(rate);
      }
    }
  });
  return { imported: median(rates.imported), copied: median(rates.copied) };
}

/** @returns calls a second, as the command says */
async function importFile(url: string, path: string): Promise<number> {
  const said = await outputOf([MAIN, 'import', path], { DATABASE_URL: url });
  const rate = /([\d,]+) rows\/s/.exec(said)?.[1];
  if (rate === undefined) throw new OperatorError(`The import does not say how fast it was: ${said}`);
  return Number(rate.replaceAll(',', ''));
}

/** @returns seconds that it took */
async function copyFile(url: string, path: string): Promise<number> {
  const start = performance.now();
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const copy = `COPY llm_call_logs (${NEW_CALL_COLUMNS}) FROM STDIN WITH (FORMAT csv, HEADER)`;
    await pipeline(createReadStream(path), client.query(copyFrom(copy)));
  } finally {
    await client.end();
  }
  return (performance.now() - start) / 1000;
}

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { sql } from 'kysely';
import { importFiles, type ImportSummary } from '../../src/call-logs/import/import-files.js';
import { planImport, type ImportOptions } from '../../src/call-logs/import/plan-import.js';
import type { ImportProgress } from '../../src/call-logs/import/import-progress.js';
import type { Database } from '../../src/database/database.js';

const UNSEEN: ImportProgress = { start: () => undefined, update: () => undefined, stop: () => undefined };

/** Most columns of a call come from no test; these make a row of them whole. */
export const WHOLE = ['status=success', 'requestMessages=[]'];

export interface Surroundings {
  stdin?: Readable;
  signal?: AbortSignal;
  progress?: ImportProgress;
}

/** Imports files, and gives what became of each. */
export async function importPaths(
  url: string,
  paths: string[],
  options: ImportOptions,
  { stdin = Readable.from([]), signal = new AbortController().signal, progress = UNSEEN }: Surroundings = {},
): Promise<ImportSummary[]> {
  const plan = await planImport(paths, options, stdin, signal);
  const summaries: ImportSummary[] = [];
  for await (const summary of importFiles(url, plan, progress, signal)) summaries.push(summary);
  return summaries;
}

/** Runs a test with a folder of its own that is gone afterwards. */
export async function inFolder<T>(test: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'llm-call-log-import-'));
  return test(folder).finally(() => rm(folder, { recursive: true, force: true }));
}

export interface Rejected {
  line: number;
  reason: string;
  row: unknown;
}

/** Imports one file that holds the text, and gives what became of it and the rows that were rejected. */
export async function importText(
  url: string,
  name: string,
  text: string | Buffer,
  options: ImportOptions = {},
  surroundings: Surroundings = {},
): Promise<{ rows: number; rejected: number; tokens: number; rejects: Rejected[] | undefined }> {
  return inFolder(async (folder) => {
    const path = join(folder, name);
    await writeFile(path, text);
    const [summary] = await importPaths(url, [path], options, surroundings);
    if (!summary) throw new Error('The import gave no summary.');
    const { rows, rejected, tokens } = summary;
    return { rows, rejected, tokens, rejects: await readRejects(`${path}.rejects.jsonl`) };
  });
}

/** The rejected rows in a file; undefined where there is no file. */
export async function readRejects(path: string): Promise<Rejected[] | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return text
    ?.trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Rejected);
}

/** Values of all calls in the order they were loaded, as PostgreSQL casts them to text. */
export async function storedCalls(database: Database): Promise<Record<string, unknown>[]> {
  const { rows } = await sql<Record<string, unknown>>`
    SELECT groups.name AS "group", activation_code, request_messages, request_params, response_content, response_data,
      status, error_message, tokens_used, prompt_tokens, completion_tokens, call_time::text AS call_time, duration_ms
    FROM llm_call_logs LEFT JOIN groups ON groups.id = group_id ORDER BY llm_call_logs.id`.execute(
    database.sql,
  );
  return rows;
}

export async function emptyTables(database: Database): Promise<void> {
  await sql`TRUNCATE llm_call_logs, groups RESTART IDENTITY`.execute(database.sql);
}

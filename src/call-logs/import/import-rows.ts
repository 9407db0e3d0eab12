import type { Client } from 'pg';
import type { Redactor } from '../../redaction/redactor.js';
import { CallLogCopy } from './call-log-copy.js';
import { columnsOf, rowParser } from './formats.js';
import { GroupIds } from './group-ids.js';
import type { Mapping } from './mapping.js';
import type { ImportProgress } from './import-progress.js';
import type { Rejects } from './rejects.js';
import { RowBatch } from './row-batch.js';
import { rowReader } from './row-reader.js';
import { readHead, type Source } from './source.js';

/** One file to be imported, and how. */
export interface FileImport {
  source: Source;
  mapping: Mapping;
  rejects: Rejects;
  /** Load nothing where any row is bad. */
  allOrNothing: boolean;
  progress: ImportProgress;
  signal: AbortSignal;
  /** Replaces the secrets of rows; undefined where they may stay. */
  redactor: Redactor | undefined;
}

/** What became of the rows of a file. */
export interface RowCounts {
  /** Rows that are in. */
  rows: number;
  rejected: number;
  /** Tokens of the rows that are in. */
  tokens: number;
  /** Secrets that were replaced in them. */
  redacted: number;
}

/**
 * Reads a file into the log, over a connection that is inside a transaction: good rows go in, bad ones to
 * the rejects. Holds no more than a piece of the file at a time.
 *
 * @throws OperatorError where the file and the mapping do not fit; Error where file or database fail
 */
export async function importRows(client: Client, job: FileImport): Promise<RowCounts> {
  const { source, rejects, progress, signal } = job;
  const counts = { rows: 0, rejected: 0, tokens: 0, redacted: 0 };
  const groups = new GroupIds(client);
  const copy = new CallLogCopy(client);
  const stream = source.open(signal);
  try {
    const { head, rest } = await readHead(source, stream);
    const columns = await columnsOf(source, head);
    const read = rowReader(job.mapping, source.format, columns, source.name, job.redactor);
    const batch = new RowBatch(read, columns ?? [], rejects);
    const parser = rowParser(source.format, batch);
    await groups.read();

    const load = async () => {
      const missing = batch.missingGroups(groups);
      if (missing.size > 0) {
        await copy.finish(); // the connection is free for other statements only between two COPYs
        await groups.make(missing);
      }
      const calls = batch.take(groups);
      await rejects.flush();
      if (job.allOrNothing && rejects.count > 0) return; // what is left is only looked at for more bad rows
      await copy.write(calls);
      counts.rows += calls.length;
      counts.redacted = batch.redacted;
      for (const call of calls) counts.tokens += call.tokensUsed ?? 0;
    };

    let bytes = 0;
    progress.start(source.name, source.size);
    for (let chunk: Buffer | undefined = head; chunk; chunk = await nextOf(rest)) {
      signal.throwIfAborted();
      await parser.parse(chunk);
      await load();
      progress.update((bytes += chunk.length), counts.rows);
    }
    await parser.end();
    await load();
    await copy.finish();
  } finally {
    progress.stop();
    stream.destroy();
  }
  return { ...counts, rejected: rejects.count };
}

async function nextOf(chunks: AsyncIterator<Buffer, undefined>): Promise<Buffer | undefined> {
  const next = await chunks.next();
  return next.value;
}

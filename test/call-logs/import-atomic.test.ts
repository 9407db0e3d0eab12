import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { sql } from 'kysely';
import { OperatorError } from '../../src/operator-error.js';
import { useTestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { emptyTables, importPaths, inFolder, WHOLE } from './importing.js';

const test = useTestDatabase();

beforeEach(() => emptyTables(test.database));
// Standard input that was cut off leaves its rejects in the current folder.
afterEach(() => rm('stdin.rejects.jsonl', { force: true }));

const OPTIONS = { format: 'csv' as const, set: [...WHOLE, 'group=new'] };
const ROWS = `${'x'.repeat(200)}\n`.repeat(10_000);

async function stored(): Promise<unknown> {
  const { rows } = await sql`
    SELECT (SELECT count(*)::int FROM llm_call_logs) AS calls, (SELECT count(*)::int FROM groups) AS groups`.execute(
    test.database.sql,
  );
  return rows[0];
}

/** Waits until an import has handed rows to the database, and gives the process id of its session. */
async function importingSession(): Promise<number> {
  return eventually(async () => {
    const { rows } = await sql<{ pid: number }>`
      SELECT pid FROM pg_stat_activity
      WHERE datname = current_database() AND application_name = 'llm-call-log import' AND query LIKE 'COPY%'`.execute(
      test.database.sql,
    );
    return rows[0]?.pid;
  });
}

/** Standard input that gives many rows, and then neither more nor an end. */
function unfinishedInput(): PassThrough {
  const stdin = new PassThrough();
  stdin.write(`responseContent\n${ROWS}`);
  return stdin;
}

describe('an import leaves nothing', () => {
  it('when the database ends its connection', async () => {
    const importing = importPaths(test.url, ['-'], OPTIONS, { stdin: unfinishedInput() });
    const outcome = expect(importing).rejects.toThrow(/^Nothing of stdin was loaded: /);
    const pid = await importingSession();
    await sql`SELECT pg_terminate_backend(${pid})`.execute(test.database.sql);
    await outcome;
    expect(await stored()).toEqual({ calls: 0, groups: 0 });
  });

  it('when it is interrupted while it waits for input', async () => {
    const interrupted = new AbortController();
    const importing = importPaths(test.url, ['-'], OPTIONS, {
      stdin: unfinishedInput(),
      signal: interrupted.signal,
    });
    const outcome = expect(importing).rejects.toThrow('Interrupted; nothing of stdin was loaded.');
    await importingSession();
    interrupted.abort();
    await outcome;
    expect(await stored()).toEqual({ calls: 0, groups: 0 });
  });

  it('when it is interrupted while it waits for the database', async () => {
    const interrupted = new AbortController();
    await test.database.sql.transaction().execute(async (transaction) => {
      await sql`LOCK TABLE llm_call_logs`.execute(transaction);
      const stdin = Readable.from([Buffer.from(`responseContent\n${ROWS}`)]);
      const importing = importPaths(test.url, ['-'], OPTIONS, { stdin, signal: interrupted.signal });
      const outcome = expect(importing).rejects.toThrow(OperatorError);
      await importingSession();
      interrupted.abort();
      await outcome;
    });
    expect(await stored()).toEqual({ calls: 0, groups: 0 });
  });

  it('when its input breaks off with an error', async () => {
    const stdin = unfinishedInput();
    const importing = importPaths(test.url, ['-'], OPTIONS, { stdin });
    const outcome = expect(importing).rejects.toThrow('Nothing of stdin was loaded: read failed.');
    await importingSession();
    stdin.destroy(Object.assign(new Error('read failed'), { code: 'EIO' }));
    await outcome;
    expect(await stored()).toEqual({ calls: 0, groups: 0 });
  });

  it('when the database refuses its rows at the end', async () => {
    await sql`ALTER TABLE llm_call_logs ADD CONSTRAINT few CHECK (response_content <> 'last')`.execute(
      test.database.sql,
    );
    try {
      const stdin = Readable.from([Buffer.from(`responseContent\n${ROWS}last\n`)]);
      await expect(importPaths(test.url, ['-'], OPTIONS, { stdin })).rejects.toThrow(
        /^Nothing of stdin was loaded: .*"few"/,
      );
    } finally {
      await sql`ALTER TABLE llm_call_logs DROP CONSTRAINT few`.execute(test.database.sql);
    }
    expect(await stored()).toEqual({ calls: 0, groups: 0 });
  });
});

describe('several files', () => {
  it('that were loaded before one fails stay, and are named', async () => {
    await sql`ALTER TABLE llm_call_logs ADD CONSTRAINT few CHECK (response_content <> 'bad')`.execute(
      test.database.sql,
    );
    try {
      await inFolder(async (folder) => {
        const [good, bad] = [join(folder, 'good.csv'), join(folder, 'bad.csv')];
        await writeFile(good, 'responseContent\nfine\n');
        await writeFile(bad, 'responseContent\nfine\nbad\n');
        await expect(importPaths(test.url, [good, bad], { set: WHOLE })).rejects.toThrow(
          `Loaded before it: ${good}.`,
        );
      });
    } finally {
      await sql`ALTER TABLE llm_call_logs DROP CONSTRAINT few`.execute(test.database.sql);
    }
    expect(await stored()).toEqual({ calls: 1, groups: 0 });
  });
});

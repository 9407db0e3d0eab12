import { beforeEach, describe, expect, it } from '@jest/globals';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { CsvRows } from '../../src/call-logs/import/csv-rows.js';
import { JsonlRows } from '../../src/call-logs/import/jsonl-rows.js';
import type { Row } from '../../src/call-logs/import/row-reader.js';
import type { RowParser, RowSink } from '../../src/call-logs/import/rows.js';
import { useTestDatabase } from '../support/database.js';
import {
  emptyTables,
  importPaths,
  importText,
  inFolder,
  readRejects,
  storedCalls,
  WHOLE,
} from './importing.js';

const test = useTestDatabase();

beforeEach(() => emptyTables(test.database));

/** Imports cells of one column, each of which should be rejected, and gives the reasons. */
async function reasons(field: string, cells: string[]): Promise<string[]> {
  const set = WHOLE.filter((fixed) => !fixed.startsWith(`${field}=`));
  const csv = `${field},errorMessage\n${cells.map((cell) => `${cell},x\n`).join('')}`;
  const { rows, rejects } = await importText(test.url, 'calls.csv', csv, { set });
  expect(rows).toBe(0);
  return (rejects ?? []).map(({ reason }) => reason);
}

describe('reasons', () => {
  it('refuses numbers that are none, that are negative or that do not fit', async () => {
    expect(await reasons('promptTokens', ['many', '1.5', '-1', '2147483648', '1e3'])).toEqual([
      'promptTokens must be a whole number, not "many".',
      'promptTokens must be a whole number, not "1.5".',
      'promptTokens must be 0 or more, not -1.',
      'promptTokens must be at most 2147483647, not "2147483648".',
      'promptTokens must be a whole number, not "1e3".',
    ]);
  });

  it('refuses times that are none', async () => {
    expect(await reasons('callTime', ['yesterday', '2025-02-30 00:00:00', '1735689600'])).toEqual([
      expect.stringContaining('callTime: "yesterday" is no date-time'),
      expect.stringContaining('a day or a time that does not exist'),
      expect.stringContaining('is no date-time'),
    ]);
  });

  it('refuses a time that the clocks of the zone skipped', async () => {
    const options = { set: WHOLE, timeZone: 'America/New_York' };
    const { rejects } = await importText(test.url, 'calls.csv', 'callTime\n2025-03-09 02:30:00\n', options);
    expect(rejects).toMatchObject([
      { reason: expect.stringContaining('clocks of America/New_York skipped') },
    ]);
  });

  it('refuses a status that is neither success nor error, or missing', async () => {
    expect(await reasons('status', ['ok', ''])).toEqual([
      'status must be success or error, not "ok".',
      'status must be success or error, but is empty.',
    ]);
  });

  it('refuses messages that are missing, null or no JSON', async () => {
    expect(await reasons('requestMessages', ['', 'null', '[1'])).toEqual([
      'requestMessages must be a JSON value other than null.',
      'requestMessages must be a JSON value other than null.',
      expect.stringMatching(/^requestMessages is not JSON: .*\.$/),
    ]);
  });

  it('refuses an activation code that is too long, and a group that does not exist', async () => {
    expect(await reasons('activationCode', ['x'.repeat(33)])).toEqual([
      'activationCode must be at most 32 characters long.',
    ]);
    expect(await reasons('groupId', ['99', 'first'])).toEqual([
      'groupId must be the number of a group; there is no group 99.',
      'groupId must be a whole number, not "first".',
    ]);
  });

  it('refuses JSON Lines values of the wrong type, and lines that are no JSON object', async () => {
    const good = { status: 'success', requestMessages: [] };
    const lines = [
      JSON.stringify({ ...good, responseContent: 5 }),
      JSON.stringify({ ...good, tokensUsed: true }),
      JSON.stringify({ ...good, group: 'a', groupId: 1 }),
      '{"status":',
      '[1]',
    ];
    const { rows, rejects } = await importText(test.url, 'calls.jsonl', lines.join('\n'));
    expect(rows).toBe(0);
    expect(rejects).toEqual([
      { line: 1, reason: 'responseContent must be text, not 5.', row: { ...good, responseContent: 5 } },
      { line: 2, reason: 'tokensUsed must be a whole number, not true.', row: { ...good, tokensUsed: true } },
      {
        line: 3,
        reason: expect.stringContaining('give only one of them'),
        row: { ...good, group: 'a', groupId: 1 },
      },
      { line: 4, reason: expect.stringMatching(/^The row is not JSON: /), row: '{"status":' },
      { line: 5, reason: 'The row is not a JSON object.', row: [1] },
    ]);
  });
});

describe('line numbers', () => {
  it('are those of the file, whatever line breaks quoted cells and empty lines hold', async () => {
    const csv = [
      'responseContent,durationMs',
      '"two\r\nlines",1',
      '"three\n\nlines",x', // 4
      '', // 7
      'a,y', // 8
      '"b\r\n",-1', // 9
      'c,1,2', // 11
      'd', // 12
      'e,2',
    ].join('\n');
    const { rows, rejects } = await importText(test.url, 'calls.csv', csv, { set: WHOLE });
    expect(rows).toBe(2);
    expect(rejects).toEqual([
      {
        line: 4,
        reason: expect.stringContaining('durationMs'),
        row: { responseContent: 'three\n\nlines', durationMs: 'x' },
      },
      {
        line: 8,
        reason: expect.stringContaining('durationMs'),
        row: { responseContent: 'a', durationMs: 'y' },
      },
      {
        line: 9,
        reason: expect.stringContaining('durationMs'),
        row: { responseContent: 'b\r\n', durationMs: '-1' },
      },
      {
        line: 11,
        reason: 'The row has a wrong number of cells: 3, not 2 like the header.',
        row: ['c', '1', '2'],
      },
      { line: 12, reason: 'The row has a wrong number of cells: 1, not 2 like the header.', row: ['d'] },
    ]);
  });
});

describe('broken CSV', () => {
  it('costs the line with the broken quote, and no other', async () => {
    const csv = 'responseContent,durationMs\na,1\nb"c,2\n"d"e,3\n"f,4\n"g",5\nh,6\n"i,7\n';
    const { rows, rejects } = await importText(test.url, 'calls.csv', csv, { set: WHOLE });
    expect(rows).toBe(3);
    expect(rejects).toEqual([
      { line: 3, reason: expect.stringContaining('a quote in the middle of a cell'), row: 'b"c,2' },
      { line: 4, reason: 'The row has text after a closing quote.', row: '"d"e,3' },
      { line: 5, reason: 'The row has text after a closing quote.', row: '"f,4' },
      { line: 8, reason: 'The row opens a quote that is never closed.', row: '"i,7' },
    ]);
    const stored = await storedCalls(test.database);
    expect(stored.map((call) => [call['response_content'], call['duration_ms']])).toEqual([
      ['a', 1],
      ['g', 5],
      ['h', 6],
    ]);
  });

  it('rejects rows that are not UTF-8', async () => {
    const csv = Buffer.from('responseContent,durationMs\nça,1\ngr\xfcn,2\nok,3\n', 'latin1');
    const { rows, rejects } = await importText(test.url, 'calls.csv', csv, { set: WHOLE });
    expect(rows).toBe(1);
    expect(rejects).toMatchObject([{ line: 2, reason: 'The row is not valid UTF-8.' }, { line: 3 }]);
  });
});

describe.each([
  ['CSV', (sink: RowSink) => new CsvRows(sink, 100), '"', 'n\n', 'x'],
  ['JSON Lines', (sink: RowSink) => new JsonlRows(sink, 100), '{"a":"', '', '{"b":1}'],
])(
  'a row of %s that does not end',
  (_name, parserOf: (sink: RowSink) => RowParser, opening, header, next) => {
    it('is rejected, and the rows behind it are read', async () => {
      const good: Row[] = [];
      const bad: [number, string][] = [];
      const parser = parserOf({
        row: (row) => void good.push(row),
        broken: (_raw, line, reason) => void bad.push([line, reason]),
      });
      await parser.parse(Buffer.from(`${header}${opening}`));
      for (let piece = 0; piece < 50; piece += 1) await parser.parse(Buffer.from('0123456789'));
      await parser.parse(Buffer.from(`\n${next}\n`));
      await parser.end();
      expect(bad).toEqual([[header ? 2 : 1, 'does not end within 100 bytes.']]);
      expect(good).toHaveLength(1);
    });
  },
);

describe('the rejects file', () => {
  it('is gone once a later import of the file rejects nothing', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'calls.csv');
      await writeFile(path, 'durationMs\nx\n');
      await importPaths(test.url, [path], { set: WHOLE });
      expect((await readdir(folder)).sort()).toEqual(['calls.csv', 'calls.csv.rejects.jsonl']);
      await writeFile(path, 'durationMs\n1\n');
      await importPaths(test.url, [path], { set: WHOLE });
      expect(await readdir(folder)).toEqual(['calls.csv']);
    });
  });

  it('is where --rejects says', async () => {
    await inFolder(async (folder) => {
      const [path, rejects] = [join(folder, 'calls.csv'), join(folder, 'bad rows.jsonl')];
      await writeFile(path, 'durationMs\nx\n1\n');
      expect(await importPaths(test.url, [path], { set: WHOLE, rejects })).toMatchObject([
        { rows: 1, rejected: 1, rejects },
      ]);
      expect(await readRejects(rejects)).toHaveLength(1);
    });
  });
});

describe('all or nothing', () => {
  it('loads nothing of a file with a bad row, and still tells every bad row', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'calls.csv');
      const good = '1,group\n'.repeat(20_000);
      await writeFile(path, `durationMs,group\n${good}x,group\n${good}y,group\n`);
      await expect(importPaths(test.url, [path], { set: WHOLE, allOrNothing: true })).rejects.toThrow(
        `Nothing of ${path} was loaded: 2 bad rows are in ${path}.rejects.jsonl.`,
      );
      expect(await readRejects(`${path}.rejects.jsonl`)).toMatchObject([{ line: 20_002 }, { line: 40_003 }]);
    });
    const { rows } = await sql`
      SELECT (SELECT count(*)::int FROM llm_call_logs) AS calls, (SELECT count(*)::int FROM groups) AS groups`.execute(
      test.database.sql,
    );
    expect(rows).toEqual([{ calls: 0, groups: 0 }]);
  });

  it('loads a file without one', async () => {
    const options = { set: WHOLE, allOrNothing: true };
    expect(await importText(test.url, 'calls.csv', 'durationMs\n1\n', options)).toMatchObject({ rows: 1 });
  });
});

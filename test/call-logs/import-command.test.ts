import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { importCommand } from '../../src/call-logs/import-command.js';
import type { ConfiguredDatabase, UseDatabase } from '../../src/database/open-configured.js';
import { useTestDatabase } from '../support/database.js';
import { emptyTables, inFolder, storedCalls } from './importing.js';

const test = useTestDatabase();
let said = '';
let closed = 0;

beforeEach(async () => {
  await emptyTables(test.database);
  said = '';
  closed = 0;
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
});

afterEach(() => {
  process.exitCode = undefined;
});

/** Runs the command on a file that holds the text; gives the exit code. */
async function run(text: string, ...options: string[]): Promise<number | string | undefined> {
  return inFolder(async (folder) => {
    const path = join(folder, 'calls.csv');
    await writeFile(path, text);
    const useDatabase: UseDatabase = (use) =>
      use({ url: test.url } as ConfiguredDatabase).finally(() => {
        closed += 1;
      });
    await importCommand(useDatabase, new AbortController().signal).parseAsync([path, ...options], {
      from: 'user',
    });
    said = said.replaceAll(folder, '');
    return process.exitCode ?? 0;
  });
}

const SET = ['--set', 'status=success', '--set', 'requestMessages=[{"role":"user","content":"a,b=c"}]'];

it('exits with 0 when all rows are in, and tells how many, their tokens and the rate', async () => {
  expect(
    await run('p,c\n1000,5\n2,7\n', '--map', 'promptTokens=p', '--map', 'completionTokens=c', ...SET),
  ).toBe(0);
  expect(said).toMatch(/^\/calls\.csv: 2 rows in, 0 rejected, 1,014 tokens, \d+\.\d s, [\d,]+ rows\/s\n$/);
  expect(await storedCalls(test.database)).toMatchObject([
    { tokens_used: 1005, request_messages: [{ role: 'user', content: 'a,b=c' }] },
    { tokens_used: 9 },
  ]);
  expect(closed).toBe(1);
});

it('exits with 3 when some rows were rejected, and tells where they are', async () => {
  expect(await run('durationMs\n1\nx\n', ...SET)).toBe(3);
  expect(said).toContain('1 rows in, 1 rejected (see /calls.csv.rejects.jsonl), 0 tokens');
});

it('throws when a file is not loaded, and lets go of the database', async () => {
  await expect(run('durationMs\n1\nx\n', '--all-or-nothing', ...SET)).rejects.toThrow('Nothing of');
  expect(said).toBe('');
  expect(closed).toBe(1);
});

it('does not open the database for options that are wrong', async () => {
  await expect(run('durationMs\n1\n', '--set', 'status=fine')).rejects.toThrow('--set: status must be');
  expect(closed).toBe(0);
});

import { afterEach, describe, expect, it } from '@jest/globals';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { sql } from 'kysely';
import type { ImportOptions } from '../../src/call-logs/import/plan-import.js';
import { OperatorError } from '../../src/operator-error.js';
import { useTestDatabase } from '../support/database.js';
import { importPaths, importText, inFolder, WHOLE } from './importing.js';

const test = useTestDatabase();

/** The message of the OperatorError that an import ends with. */
async function refusal(importing: Promise<unknown>): Promise<string> {
  const error = await importing.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(OperatorError);
  return (error as OperatorError).message;
}

const CSV = 'time,tokens\n2025-01-01 00:00:00,5\n';

function refusedCsv(options: ImportOptions, text = CSV): Promise<string> {
  return refusal(importText(test.url, 'calls.csv', text, options));
}

afterEach(async () => {
  const { rows } = await sql`SELECT FROM llm_call_logs`.execute(test.database.sql);
  expect(rows).toEqual([]);
});

describe('before anything is loaded', () => {
  it('an unknown field is refused, with the fields that there are', async () => {
    const message = await refusedCsv({ map: ['time=callTime'], set: WHOLE });
    expect(message).toContain('there is no field "time"; the fields are callTime, status, group,');
    expect(message).not.toContain('idempotencyKey');
    expect(await refusedCsv({ set: ['idempotencyKey=a'] })).toContain('there is no field "idempotencyKey"');
  });

  it('a column that the file lacks is refused, with those that it has', async () => {
    const message = await refusedCsv({ map: ['promptTokens=Tokens'], set: WHOLE });
    expect(message).toContain(
      'has no column "Tokens", which --map names for promptTokens; its columns are time, tokens.',
    );
    const jsonl = importText(test.url, 'calls.jsonl', '{"status":"success","requestMessages":[],"n":1}', {
      map: ['promptTokens=m'],
    });
    expect(await refusal(jsonl)).toContain('its columns are status, requestMessages, n.');
  });

  it('a needed field that comes from nowhere is refused, with what would give it', async () => {
    const message = await refusedCsv({ map: ['status=tokens'] });
    expect(message).toContain('lacks requestMessages, which every call needs');
    expect(message).toContain("--set 'requestMessages=[]'");
    expect(await refusal(importText(test.url, 'calls.jsonl', '{"tokensUsed":1}'))).toContain(
      'lacks status and requestMessages',
    );
  });

  it('options that contradict each other are refused', async () => {
    expect(await refusedCsv({ map: ['callTime=time', 'callTime=tokens'] })).toContain(
      'callTime is given more than once',
    );
    expect(await refusedCsv({ map: ['status=time'], set: ['status=success'] })).toContain(
      'status is given more than once',
    );
    expect(await refusedCsv({ set: ['group=a', 'groupId=1'] })).toContain('give only one of them');
    expect(await refusedCsv({ map: ['callTime'] })).toContain('write --map FIELD=COLUMN');
    expect(await refusedCsv({ set: ['status='] })).toContain('write --set FIELD=VALUE');
  });

  it('bad fixed values and time zones are refused', async () => {
    expect(await refusedCsv({ set: ['status=fine'] })).toBe(
      '--set: status must be success or error, not "fine".',
    );
    expect(await refusedCsv({ set: ['requestMessages={'] })).toContain('--set: requestMessages is not JSON');
    expect(await refusedCsv({ set: [`activationCode=${'x'.repeat(33)}`] })).toContain(
      'at most 32 characters',
    );
    expect(await refusedCsv({ set: ['callTime=noon'] })).toContain('--set: callTime: "noon" is no date-time');
    expect(await refusedCsv({ timeZone: 'Mars/Base' })).toContain(
      '--time-zone: "Mars/Base" is not a time zone',
    );
  });

  it('files that cannot be read as what they should be are refused', async () => {
    expect(await refusedCsv({ set: WHOLE }, '')).toContain('is empty');
    expect(await refusedCsv({ set: WHOLE }, '"time,tokens\n1,2\n')).toContain(
      'Its header line opens a quote that is never closed.',
    );
    expect(await refusedCsv({ map: ['tokensUsed=tokens'], set: WHOLE }, 'tokens,tokens\n1,2\n')).toContain(
      'two columns named "tokens"',
    );
    expect(await refusal(importText(test.url, 'calls.txt', CSV))).toContain(
      'add --format csv or --format jsonl',
    );
    expect(await refusal(importPaths(test.url, ['-'], {}))).toContain('add --format csv or --format jsonl');
    await inFolder(async (folder) => {
      expect(await refusal(importPaths(test.url, [join(folder, 'no.csv')], {}))).toContain(
        'there is no such file',
      );
      await mkdir(join(folder, 'dir.csv'));
      expect(await refusal(importPaths(test.url, [join(folder, 'dir.csv')], {}))).toContain('is a folder');
    });
  });

  it('UTF-16 is refused by name', async () => {
    const utf16 = Buffer.from(`\uFEFF${CSV}`, 'utf16le');
    expect(await refusal(importText(test.url, 'calls.csv', utf16, { set: WHOLE }))).toContain(
      'is UTF-16; save it as UTF-8.',
    );
  });

  it('one file that does not fit keeps all others out', async () => {
    await inFolder(async (folder) => {
      const [good, bad] = [join(folder, 'good.csv'), join(folder, 'bad.csv')];
      await writeFile(good, CSV);
      await writeFile(bad, 'other\n1\n');
      const options = { map: ['tokensUsed=tokens'], set: WHOLE };
      expect(await refusal(importPaths(test.url, [good, bad], options))).toContain(
        'bad.csv has no column "tokens"',
      );
      expect(await refusal(importPaths(test.url, [good, good], { ...options, rejects: 'x' }))).toContain(
        'one FILE',
      );
      expect(await refusal(importPaths(test.url, [good], { ...options, rejects: good }))).toContain(
        'name another one',
      );
    });
  });
});

describe('standard input', () => {
  it('is refused before it is loaded, as soon as its columns are known', async () => {
    const importing = importPaths(
      test.url,
      ['-'],
      { format: 'csv' },
      { stdin: Readable.from([Buffer.from(CSV)]) },
    );
    expect(await refusal(importing)).toContain('stdin lacks status and requestMessages');
  });

  it('is read once', async () => {
    expect(await refusal(importPaths(test.url, ['-', '-'], { format: 'csv' }))).toContain('only once');
  });
});

describe('a database that is not there', () => {
  it('is told in one sentence', async () => {
    const url = new URL(test.url);
    url.pathname = '/nowhere';
    expect(await refusal(importText(url.href, 'calls.csv', CSV, { set: WHOLE }))).toContain(
      'There is no database of that name.',
    );
  });
});

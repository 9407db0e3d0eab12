import { beforeEach, describe, expect, it } from '@jest/globals';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { sql } from 'kysely';
import { useTestDatabase } from '../support/database.js';
import { emptyTables, importPaths, importText, inFolder, storedCalls, WHOLE } from './importing.js';

const test = useTestDatabase();

beforeEach(() => emptyTables(test.database));

async function groups(): Promise<unknown[]> {
  return (await sql`SELECT id, name FROM groups ORDER BY id`.execute(test.database.sql)).rows;
}

describe('columns and fixed values', () => {
  it('loads mapped columns and fixed values, and sums the tokens', async () => {
    const csv = 'TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03.9799600,4808,10\n';
    const imported = await importText(test.url, 'trace.csv', csv, {
      map: ['callTime=TIMESTAMP,promptTokens=ContextTokens', 'completionTokens=GeneratedTokens'],
      set: [...WHOLE, 'group=azure-code'],
    });
    expect(imported).toEqual({ rows: 1, rejected: 0, tokens: 4818, rejects: undefined });
    expect(await storedCalls(test.database)).toEqual([
      {
        group: 'azure-code',
        activation_code: null,
        request_messages: [],
        request_params: null,
        response_content: null,
        response_data: null,
        status: 'success',
        error_message: null,
        tokens_used: 4818,
        prompt_tokens: 4808,
        completion_tokens: 10,
        call_time: '2023-11-16 18:17:03.97996',
        duration_ms: null,
      },
    ]);
  });

  it('takes a column named like a field for that field', async () => {
    const csv = 'status,requestMessages,durationMs,other\nERROR,"[{""role"":""user""}]",12,x\n';
    await importText(test.url, 'calls.csv', csv);
    expect(await storedCalls(test.database)).toMatchObject([
      { status: 'error', request_messages: [{ role: 'user' }], duration_ms: 12 },
    ]);
  });

  it('prefers what is asked for to a column named like the field', async () => {
    const csv = 'status,outcome,groupId,durationMs\nfine,error,7,5\n';
    const options = { map: ['status=outcome'], set: ['requestMessages=[]', 'group=a', 'durationMs=9'] };
    await importText(test.url, 'calls.csv', csv, options);
    expect(await storedCalls(test.database)).toMatchObject([{ status: 'error', group: 'a', duration_ms: 9 }]);
  });

  it('maps columns whose names hold commas, spaces and letters of any script', async () => {
    const csv = '"prompt, tokens",使用 量\n3,4\n';
    const options = { map: ['promptTokens=prompt, tokens,completionTokens=使用 量'], set: WHOLE };
    await importText(test.url, 'calls.csv', csv, options);
    expect(await storedCalls(test.database)).toMatchObject([{ prompt_tokens: 3, completion_tokens: 4 }]);
  });

  it('leaves out what an empty cell of CSV or a null of JSON Lines stands for', async () => {
    await importText(test.url, 'calls.csv', 'responseContent,tokensUsed,group\n,,\n', { set: WHOLE });
    const row = {
      status: 'success',
      requestMessages: [],
      responseContent: null,
      tokensUsed: null,
      group: null,
    };
    await importText(test.url, 'calls.jsonl', JSON.stringify(row));
    const nothing = { response_content: null, tokens_used: null, group: null };
    expect(await storedCalls(test.database)).toMatchObject([nothing, nothing]);
  });

  it('reads JSON Lines, whose keys may differ from line to line', async () => {
    const lines = [
      { status: 'success', requestMessages: ['a'], kind: 'x' },
      { status: 'Error', requestMessages: { b: 1 }, errorMessage: 'no', tokensUsed: 5 },
      { status: 'success', requestMessages: 'c', responseData: 0, requestParams: false, activationCode: '' },
    ];
    await importText(test.url, 'calls.ndjson', lines.map((line) => JSON.stringify(line)).join('\n'));
    expect(await storedCalls(test.database)).toMatchObject([
      { request_messages: ['a'], error_message: null },
      { request_messages: { b: 1 }, status: 'error', error_message: 'no', tokens_used: 5 },
      { request_messages: 'c', response_data: 0, request_params: false, activation_code: '' },
    ]);
  });
});

describe('times', () => {
  async function importedTimes(times: string[], timeZone?: string): Promise<unknown[]> {
    await importText(test.url, 'times.csv', `callTime\n${times.join('\n')}\n`, { set: WHOLE, timeZone });
    return (await storedCalls(test.database)).map((call) => call['call_time']);
  }

  it('takes RFC 3339 with an offset, and a time without one for UTC', async () => {
    const times = ['2025-01-31T09:30:00+08:00', '2025-01-31 01:30:00', '2025-01-31T01:30:00.1234567'];
    expect(await importedTimes(times)).toEqual([
      '2025-01-31 01:30:00',
      '2025-01-31 01:30:00',
      '2025-01-31 01:30:00.123456',
    ]);
  });

  it('takes a time without an offset for one on the clocks of the given zone', async () => {
    const times = ['2025-01-31 09:30:00.5', '2025-07-31 09:30:00', '2025-07-31T09:30:00Z'];
    expect(await importedTimes(times, 'Europe/Berlin')).toEqual([
      '2025-01-31 08:30:00.5',
      '2025-07-31 07:30:00',
      '2025-07-31 09:30:00',
    ]);
  });

  it('gives a row without a time the present one', async () => {
    const before = Date.now();
    await importText(test.url, 'times.csv', 'callTime,durationMs\n,1\n', { set: WHOLE });
    const [call] = await storedCalls(test.database);
    const time = Date.parse(`${String(call?.['call_time'])}Z`);
    expect(time).toBeGreaterThanOrEqual(before);
    expect(time).toBeLessThanOrEqual(Date.now());
  });
});

describe('groups', () => {
  it('makes a group that is not there once, and uses it from then on', async () => {
    const csv = 'group\nsearch\n検索\nsearch\n';
    await importText(test.url, 'calls.csv', csv, { set: WHOLE });
    await importText(test.url, 'calls.csv', csv, { set: WHOLE });
    expect(await groups()).toEqual([
      { id: 1, name: 'search' },
      { id: 2, name: '検索' },
    ]);
    expect((await storedCalls(test.database)).map((call) => call['group'])).toEqual([
      'search',
      '検索',
      'search',
      'search',
      '検索',
      'search',
    ]);
  });

  it('counts calls for the lowest of several groups of one name', async () => {
    await sql`INSERT INTO groups (name) VALUES ('a'), ('twin'), ('twin')`.execute(test.database.sql);
    await importText(test.url, 'calls.csv', 'group\ntwin\n', { set: WHOLE });
    const { rows } = await sql`SELECT group_id FROM llm_call_logs`.execute(test.database.sql);
    expect(rows).toEqual([{ group_id: 2 }]);
  });

  it('makes no group that only bad rows name', async () => {
    await importText(test.url, 'calls.csv', 'group,durationMs\nbad,-1\ngood,1\n', { set: WHOLE });
    expect(await groups()).toEqual([{ id: 1, name: 'good' }]);
  });

  it('makes one group when two imports need it at once', async () => {
    const rows = 'group\n' + 'shared\n'.repeat(2000);
    await Promise.all([1, 2, 3].map(() => importText(test.url, 'calls.csv', rows, { set: WHOLE })));
    expect(await groups()).toHaveLength(1);
    expect(await storedCalls(test.database)).toHaveLength(6000);
  });
});

describe('text', () => {
  const TEXT =
    'tab\t backslash \\ \\N \\. newline\n return\r quote " comma , 日本語 🦜 \u2028 \u0001 \\u0000';

  it('keeps every character that PostgreSQL can store', async () => {
    const row = { status: 'success', requestMessages: [{ content: TEXT, [TEXT]: 1 }], responseContent: TEXT };
    const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
    const csv = `responseContent,requestMessages\n${quoted(TEXT)},${quoted(JSON.stringify(row.requestMessages))}\n`;
    await importText(test.url, 'calls.jsonl', JSON.stringify(row));
    await importText(test.url, 'calls.csv', csv, { set: ['status=success', 'group=\\N\t'] });
    const stored = { request_messages: row.requestMessages, response_content: TEXT };
    expect(await storedCalls(test.database)).toMatchObject([stored, { ...stored, group: '\\N\t' }]);
  });

  it('replaces NUL characters and lone surrogates, which PostgreSQL cannot store', async () => {
    const row =
      '{"status":"success","requestMessages":["a\\u0000b\\ud800c"],"responseContent":"\\u0000\\udc00","group":"g\\u0000"}';
    await importText(test.url, 'calls.jsonl', row);
    await importText(test.url, 'calls.csv', 'responseContent\na\0b\n', { set: WHOLE });
    expect(await storedCalls(test.database)).toMatchObject([
      { request_messages: ['a\uFFFDb\uFFFDc'], response_content: '\uFFFD\uFFFD', group: 'g\uFFFD' },
      { response_content: 'a\uFFFDb' },
    ]);
  });

  it('reads past a byte order mark, CR LF and empty lines at the end', async () => {
    const csv = '\uFEFFresponseContent,durationMs\r\n"a\r\nb",1\r\n\r\n\r\n';
    const jsonl = '\uFEFF{"status":"success","requestMessages":[],"responseContent":"c"}\r\n\r\n\n';
    expect(await importText(test.url, 'calls.csv', csv, { set: WHOLE })).toMatchObject({
      rows: 1,
      rejected: 0,
    });
    expect(await importText(test.url, 'calls.jsonl', jsonl)).toMatchObject({ rows: 1, rejected: 0 });
    expect(await storedCalls(test.database)).toMatchObject([
      { response_content: 'a\r\nb' },
      { response_content: 'c' },
    ]);
  });
});

describe('sources', () => {
  it('reads standard input, in chunks that end anywhere', async () => {
    const bytes = Buffer.from('responseContent,durationMs\n"日本\n語",12\nß,3\n');
    const stdin = Readable.from([...bytes].map((byte) => Buffer.from([byte])));
    const [summary] = await importPaths(test.url, ['-'], { format: 'csv', set: WHOLE }, { stdin });
    expect(summary).toMatchObject({ name: 'stdin', rows: 2, rejected: 0 });
    expect(await storedCalls(test.database)).toMatchObject([
      { response_content: '日本\n語', duration_ms: 12 },
      { response_content: 'ß', duration_ms: 3 },
    ]);
  });

  it('loads several files in turn, larger than what is read at once, and reports its progress', async () => {
    await inFolder(async (folder) => {
      const [first, second] = [join(folder, 'one.csv'), join(folder, 'two.csv')];
      const body = 'x'.repeat(1000);
      for (const path of [first, second]) {
        const rows = Array.from({ length: 3000 }, (_, index) => `${index},${body}\n`).join('');
        await writeFile(path, `durationMs,responseContent\n${rows}`);
      }
      const seen: number[] = [];
      const progress = {
        start: () => undefined,
        update: (bytes: number) => void seen.push(bytes),
        stop: () => undefined,
      };
      const summaries = await importPaths(test.url, [first, second], { set: WHOLE }, { progress });
      expect(summaries).toMatchObject([{ rows: 3000 }, { rows: 3000 }]);
      expect(seen.length).toBeGreaterThan(4);
      expect(Math.max(...seen)).toBe((await readFile(first)).length);
      const { rows } = await sql`SELECT count(*)::int, sum(duration_ms)::int FROM llm_call_logs`.execute(
        test.database.sql,
      );
      expect(rows).toEqual([{ count: 6000, sum: 2999 * 3000 }]);
    });
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { openDatabase, type Database } from '../../src/database/database.js';
import { fillDemo } from '../../src/demo/fill-demo.js';
import { GROUPS } from '../../src/demo/groups.js';
import { MODELS } from '../../src/demo/models.js';
import { entities } from '../../src/entities.js';
import { createTestDatabase, dropTestDatabase } from '../support/database.js';

const UNTIL = new Date('2025-06-18T09:00:00Z');
const OPTIONS = { seed: 1, calls: 2_000, until: UNTIL };

let url: string;
let database: Database;

beforeAll(async () => {
  url = await createTestDatabase();
  await fillDemo(url, OPTIONS);
  database = await openDatabase(url, entities, 2);
});

afterAll(async () => {
  await database.close();
  await dropTestDatabase(url);
});

async function query<T>(statement: string): Promise<T[]> {
  return (await sql.raw<T>(statement).execute(database.sql)).rows;
}

/** A fingerprint of every row of every table that the demo fills, ids included. */
async function fingerprint(of: Database): Promise<unknown> {
  const tables = ['llm_call_logs', 'groups', 'llm_configs'].map(
    (table) => `(SELECT md5(string_agg(t::text, E'\\n' ORDER BY id)) FROM ${table} t) AS ${table}`,
  );
  return (await sql.raw(`SELECT ${tables.join(', ')}`).execute(of.sql)).rows[0];
}

/** Fills a database of its own, and gives the fingerprint. */
async function filled(options: typeof OPTIONS): Promise<unknown> {
  const other = await createTestDatabase();
  try {
    await fillDemo(other, options);
    const opened = await openDatabase(other, entities, 1);
    return await fingerprint(opened).finally(() => opened.close());
  } finally {
    await dropTestDatabase(other);
  }
}

describe('the demo', () => {
  it('has the same rows for the same seed and end, to the byte', async () => {
    expect(await filled(OPTIONS)).toEqual(await fingerprint(database));
  });

  it('has other rows for another seed', async () => {
    expect(await filled({ ...OPTIONS, seed: 2 })).not.toEqual(await fingerprint(database));
  });

  it('has exactly as many calls as asked for, in the order of time, over the twelve months before its end', async () => {
    const calls = await query<{ id: string; time: string }>(
      'SELECT id, call_time::text AS time FROM llm_call_logs ORDER BY id',
    );
    expect(calls).toHaveLength(2_000);
    expect(calls[0]?.id).toBe('1');
    const times = calls.map(({ time }) => Date.parse(`${time}Z`));
    expect(times).toEqual(times.toSorted((one, other) => one - other));
    expect(times[0]).toBeGreaterThanOrEqual(Date.parse('2024-06-18T09:00:00Z'));
    expect(times.at(-1)).toBeLessThan(UNTIL.getTime());
    const [months] = await query<{ count: number }>(
      "SELECT count(DISTINCT date_trunc('month', call_time))::int FROM llm_call_logs",
    );
    expect(months).toEqual({ count: 13 });
  });

  it('has calls of every group, of no group, of every model and of both statuses', async () => {
    const groups = await query<{ name: string | null }>(
      'SELECT DISTINCT groups.name FROM llm_call_logs LEFT JOIN groups ON groups.id = group_id',
    );
    expect(new Set(groups.map(({ name }) => name))).toEqual(new Set(GROUPS.map(({ name }) => name)));
    const models = await query<{ model: string }>(
      "SELECT DISTINCT coalesce(request_params ->> 'model', response_data ->> 'model') AS model FROM llm_call_logs",
    );
    expect(new Set(models.map(({ model }) => model))).toEqual(new Set(MODELS.map(({ name }) => name)));
    expect(await query('SELECT DISTINCT status FROM llm_call_logs ORDER BY status')).toEqual([
      { status: 'error' },
      { status: 'success' },
    ]);
  });

  it('has messages that are text with a role, and the last is the user’s', async () => {
    const calls = await query<{ messages: { role: string; content: string }[] }>(
      'SELECT request_messages AS messages FROM llm_call_logs',
    );
    for (const { messages } of calls) {
      expect(messages.at(-1)?.role).toBe('user');
      for (const { role, content } of messages) {
        expect(['system', 'user', 'assistant']).toContain(role);
        expect(content).not.toMatch(/\{(topic|name|number|minutes)\}/);
      }
    }
  });

  it('has tokens and an answer where a call succeeded, and a reason and no tokens where it failed', async () => {
    const [odd] = await query(`
      SELECT count(*)::int FROM llm_call_logs WHERE CASE status
        WHEN 'success' THEN tokens_used IS DISTINCT FROM prompt_tokens + completion_tokens
          OR response_content IS NULL OR error_message IS NOT NULL OR duration_ms IS NULL
        ELSE num_nonnulls(tokens_used, prompt_tokens, completion_tokens, response_content, response_data) > 0
          OR error_message IS NULL OR duration_ms IS NULL END`);
    expect(odd).toEqual({ count: 0 });
  });

  it('has usage in a third of the answers that agrees with the counted tokens', async () => {
    const [answers] = await query<{ part: number; odd: number }>(`
      SELECT avg((response_data IS NOT NULL)::int)::float AS part,
        (count(*) FILTER (WHERE coalesce(response_data #>> '{usage,total_tokens}',
          ((response_data #> '{usage,input_tokens}')::int + (response_data #> '{usage,output_tokens}')::int)::text)
          <> tokens_used::text))::int AS odd
      FROM llm_call_logs`);
    expect(answers?.odd).toBe(0);
    expect(answers?.part).toBeGreaterThan(0.25);
    expect(answers?.part).toBeLessThan(0.4);
  });

  it('has one configuration, with a key that is plainly none', async () => {
    expect(await query('SELECT id, api_key FROM llm_configs')).toEqual([
      { id: 1, api_key: 'demo-key-not-a-real-one' },
    ]);
    const ids = await query('SELECT DISTINCT config_id FROM llm_call_logs WHERE config_id IS NOT NULL');
    expect(ids).toEqual([{ config_id: 1 }]);
  });

  it('leaves every index of the log in place', async () => {
    const untouched = await createTestDatabase();
    const opened = await openDatabase(untouched, entities, 1);
    try {
      const indexes = sql`
        SELECT pg_get_indexdef(indexrelid) AS definition, indisvalid FROM pg_index
        WHERE indrelid = 'llm_call_logs'::regclass ORDER BY 1`;
      expect((await indexes.execute(database.sql)).rows).toEqual((await indexes.execute(opened.sql)).rows);
    } finally {
      await opened.close();
      await dropTestDatabase(untouched);
    }
  });

  it('is not put on top of calls that are there', async () => {
    await expect(fillDemo(url, OPTIONS)).rejects.toThrow('this one already holds calls');
    expect(await query('SELECT count(*)::int FROM llm_call_logs')).toEqual([{ count: 2_000 }]);
  });
});

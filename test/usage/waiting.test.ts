import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { Client } from 'pg';
import { compactAll } from '../../src/usage/rollups/keep-rollups.js';
import { useTestServer } from '../support/server.js';

const writers: Client[] = [];
// Before the server's, which drops the database.
afterAll(() => Promise.all(writers.map((client) => client.end())));
const server = useTestServer();

beforeAll(async () => {
  for (let index = 0; index < 2; index += 1) {
    const client = new Client({ connectionString: server.databaseUrl });
    await client.connect();
    // Whoever waited for a lock would fail at once.
    await client.query(`SET lock_timeout = '1ms'`);
    writers.push(client);
  }
});

const INSERT = `INSERT INTO llm_call_logs (request_messages, status, tokens_used, call_time)
  VALUES ('[]', 'success', 7, '2026-05-05 05:05:05') RETURNING id`;

async function callsAndTokens(): Promise<{ calls: number; tokensUsed: number }> {
  const { usage } = await server.query('{ usage { totals { calls tokensUsed } } }');
  return usage.totals;
}

test('writers of one quarter hour wait neither for each other nor for what moves their deltas', async () => {
  const [one, other] = writers as [Client, Client];
  await one.query(INSERT);
  await one.query('BEGIN');
  await other.query('BEGIN');
  await one.query(INSERT);
  await other.query(INSERT);
  const { rows } = await one.query<{ id: string }>(INSERT);
  await one.query('UPDATE llm_call_logs SET tokens_used = 100 WHERE id = $1', [rows[0]?.id]);
  expect(await compactAll(server.database)).toBe(1);
  await other.query(INSERT);
  await one.query(INSERT);
  expect(await callsAndTokens()).toEqual({ calls: 1, tokensUsed: 7 });
  await other.query('COMMIT');
  expect(await callsAndTokens()).toEqual({ calls: 3, tokensUsed: 21 });
  await compactAll(server.database);
  await one.query('COMMIT');
  expect(await callsAndTokens()).toEqual({ calls: 6, tokensUsed: 21 + 7 + 100 + 7 });
});

test('while deltas are being moved, calls are written and read', async () => {
  const [one] = writers as [Client];
  const before = await callsAndTokens();
  await server.database.sql
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (transaction) => {
      await sql`LOCK TABLE llm_usage_slices IN SHARE UPDATE EXCLUSIVE MODE`.execute(transaction);
      await sql`DELETE FROM llm_usage_deltas`.execute(transaction);
      await sql`UPDATE llm_usage_rollups SET calls = calls + 1000`.execute(transaction);
      await one.query(INSERT);
      expect(await callsAndTokens()).toEqual({ calls: before.calls + 1, tokensUsed: before.tokensUsed + 7 });
      // Somebody else's turn comes later.
      expect(await compactAll(server.database)).toBe(0);
      throw new Error('lost');
    })
    .catch((error: unknown) => {
      if ((error as Error).message !== 'lost') throw error;
    });
  expect(await callsAndTokens()).toEqual({ calls: before.calls + 1, tokensUsed: before.tokensUsed + 7 });
});

test('a role that may do nothing but write calls keeps their usage, too', async () => {
  const { database } = server;
  const role = `writer_${Date.now()}`;
  await sql`CREATE ROLE ${sql.ref(role)}`.execute(database.sql);
  await sql`GRANT INSERT ON llm_call_logs TO ${sql.ref(role)}`.execute(database.sql);
  await sql`GRANT USAGE ON SEQUENCE llm_call_logs_id_seq TO ${sql.ref(role)}`.execute(database.sql);
  const before = await callsAndTokens();
  const [one] = writers as [Client];
  await one.query(`SET ROLE ${role}`);
  await expect(one.query('SELECT FROM llm_usage_deltas')).rejects.toThrow('permission denied');
  await one.query(INSERT.replace('RETURNING id', ''));
  await one.query('RESET ROLE');
  expect(await callsAndTokens()).toEqual({ calls: before.calls + 1, tokensUsed: before.tokensUsed + 7 });
  await sql`DROP OWNED BY ${sql.ref(role)}`.execute(database.sql);
  await sql`DROP ROLE ${sql.ref(role)}`.execute(database.sql);
});

import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { Client } from 'pg';
import { isDatabaseDown, isTimeout } from '../../src/database/explain-error.js';
import { prepared, type Runnable } from '../../src/database/prepared.js';
import { useTestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';

const held = useTestDatabase();
let other: Client;

beforeEach(async () => {
  other = new Client({ connectionString: held.url });
  await other.connect();
});
afterEach(() => other.end());

async function ask<T>(statement: Runnable<T>): Promise<T[]> {
  const { rows } = await statement.execute(held.database.quickReads);
  return rows;
}

const backend = () => ask(sql<{ pid: number }>`SELECT pg_backend_pid() AS pid`);

test('statements that are asked at the same time share one connection, and each gets its own answer', async () => {
  const asked = Array.from({ length: 100 }, async (_, number) => {
    const statement = sql<{ number: number; pid: number }>`
      SELECT ${number}::integer AS number, pg_backend_pid() AS pid`;
    const [row] = await ask(number % 2 === 0 ? prepared('number', statement) : statement);
    return row;
  });
  const rows = await Promise.all(asked);
  expect(rows.map((row) => row?.number)).toEqual(Array.from({ length: 100 }, (_, number) => number));
  expect(new Set(rows.map((row) => row?.pid)).size).toBe(1);
  expect(held.database.quickReads).not.toBe(held.database.reads);
});

test('an error is that of its statement alone', async () => {
  const outcomes = await Promise.allSettled(
    [1, 0, 2, 0, 5].map((divisor) =>
      ask(prepared('quotient', sql`SELECT 10 / ${divisor}::integer AS quotient`)),
    ),
  );
  expect(outcomes.map(({ status }) => status)).toEqual(
    [1, 0, 2, 0, 5].map((divisor) => (divisor === 0 ? 'rejected' : 'fulfilled')),
  );
});

test('statements are read as those of other connections are', async () => {
  const statement = sql`SELECT timestamp '2025-01-31 01:30:00.123456' AS time, 9007199254740993::bigint AS number,
    current_setting('timezone') AS zone, current_setting('datestyle') AS style`;
  const { rows } = await statement.execute(held.database.reads);
  expect(await ask(statement)).toEqual(rows);
});

test('where the connection is lost, what was asked fails as with a database that is down, and then a new one is made', async () => {
  const [before] = await backend();
  const asked = Promise.allSettled([
    ask(sql`SET statement_timeout = 0`),
    ask(sql`SELECT pg_sleep(60)`),
    ask(sql`SELECT 1`),
  ]);
  await eventually(async () => {
    const { rows } = await other.query(
      `SELECT FROM pg_stat_activity WHERE pid = $1 AND state = 'active' AND query LIKE '%pg_sleep%'`,
      [before?.pid],
    );
    return rows.length === 1;
  });
  await other.query('SELECT pg_terminate_backend($1)', [before?.pid]);
  const [, ...lost] = await asked;
  for (const outcome of lost) {
    expect(outcome.status === 'rejected' && isDatabaseDown(outcome.reason)).toBe(true);
  }
  const [after] = await backend();
  expect(after?.pid).not.toBe(before?.pid);
});

test('a statement that takes long is broken off; while it is waited for, others go elsewhere', async () => {
  await other.query('BEGIN; LOCK TABLE groups IN ACCESS EXCLUSIVE MODE');
  const asked = Promise.allSettled(
    [1, 2, 3].map((number) => ask(sql`SELECT ${number}::integer FROM groups`)),
  );
  await eventually(() => Promise.resolve(held.database.quickReads === held.database.reads));
  expect(await backend()).toHaveLength(1);
  for (const outcome of await asked) {
    expect(outcome.status === 'rejected' && isTimeout(outcome.reason)).toBe(true);
  }
  await other.query('COMMIT');
  expect(held.database.quickReads).not.toBe(held.database.reads);
  expect(await ask(sql`SELECT FROM groups WHERE false`)).toEqual([]);
});

test('where no answer comes at all, those who wait are told that it took too long', async () => {
  const [before] = await backend();
  // The timeout of the session, which would end it, is lifted.
  const asked = Promise.allSettled([
    ask(sql`SET statement_timeout = 0`),
    ask(sql`SELECT pg_sleep(60)`),
    ask(sql`SELECT 1`),
  ]);
  const [, ...waiting] = await asked;
  for (const outcome of waiting) {
    expect(outcome.status === 'rejected' && isTimeout(outcome.reason)).toBe(true);
  }
  const [after] = await backend();
  expect(after?.pid).not.toBe(before?.pid);
});

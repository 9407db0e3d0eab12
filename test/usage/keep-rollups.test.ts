import { expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { keepRollups } from '../../src/usage/rollups/keep-rollups.js';
import { useTestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { collectStatements } from '../support/statements.js';
import { findDifferences, insertAllKinds } from './kept-usage.js';

const held = useTestDatabase();

/** Keeps usage until there is nothing to do. */
async function keep(): Promise<void> {
  const warnings: unknown[] = [];
  const stop = new AbortController();
  const kept = keepRollups(held.database, { warn: (said: unknown) => warnings.push(said) }, stop.signal);
  await eventually(isTidy);
  stop.abort();
  await kept;
  expect(warnings).toEqual([]);
}

async function isTidy(): Promise<boolean> {
  const { rows } = await sql`
    SELECT FROM llm_usage_state WHERE complete AND NOT EXISTS (SELECT FROM llm_usage_deltas)`.execute(
    held.database.sql,
  );
  return rows.length === 1;
}

async function rollups(): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    SELECT count(*)::integer AS count FROM llm_usage_rollups`.execute(held.database.sql);
  return rows[0]?.count ?? 0;
}

test('what calls add up to is moved into the rollups', async () => {
  await insertAllKinds(held.database);
  expect(await rollups()).toBe(0);
  await keep();
  expect(await rollups()).toBeGreaterThan(100);
  expect(await findDifferences(held.database)).toEqual([]);
});

test('calls that were there before the triggers are counted, also where nothing has changed since', async () => {
  const before = await rollups();
  await sql`TRUNCATE llm_usage_rollups`.execute(held.database.sql);
  await sql`UPDATE llm_usage_state SET complete = false, next_block = NULL`.execute(held.database.sql);
  await keep();
  expect(await rollups()).toBe(before);
  expect(await findDifferences(held.database)).toEqual([]);
});

test('while nothing is written, one statement is all that a look takes', async () => {
  const stop = new AbortController();
  const statements = await collectStatements(async () => {
    const kept = keepRollups(held.database, { warn: fail }, stop.signal);
    stop.abort();
    await kept;
  });
  expect(statements).toEqual([expect.stringContaining('FROM llm_usage_state')]);
});

function fail(said: unknown): never {
  throw new Error(JSON.stringify(said));
}

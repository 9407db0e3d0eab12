import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { migrations } from '../../src/database/migrating/migrations.js';
import { createTestDatabase, dropTestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { runCli } from '../support/processes.js';

let url: string;
let client: Client;

beforeAll(async () => {
  url = await createTestDatabase({ migrated: false });
  client = new Client({ connectionString: url });
  client.on('error', () => undefined); // a failed test drops the database under it
  await client.connect();
});

afterAll(async () => {
  await client.end();
  await dropTestDatabase(url);
});

const NAMES = migrations.map(({ name }) => name);

/** Migrations that are recorded, and whether every index came out whole. */
async function state() {
  const ran = await client.query<{ name: string }>('SELECT name FROM mikro_orm_migrations ORDER BY id');
  const broken = await client.query('SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid');
  return { ran: ran.rows.map(({ name }) => name), broken: broken.rows };
}

async function startOver(): Promise<void> {
  await client.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
}

test('two processes that migrate at the same time do it once, and a third finds nothing to do', async () => {
  await startOver();
  const both = [runCli(['migrate'], { DATABASE_URL: url }), runCli(['migrate'], { DATABASE_URL: url })];
  for (const process of both) {
    expect(await process.ended).toEqual({ code: 0, signal: null });
    expect(process.stderr()).toBe('');
  }
  const done = `Migrated: ${NAMES.join(', ')}.\n`;
  expect(both.map((process) => process.stdout()).sort()).toEqual([done, 'The database is up to date.\n']);
  expect(await state()).toEqual({ ran: NAMES, broken: [] });

  const third = runCli(['migrate'], { DATABASE_URL: url });
  expect((await third.ended).code).toBe(0);
  expect(third.stdout()).toBe('The database is up to date.\n');
});

test.each(['SIGKILL', 'SIGINT'] as const)(
  'a migration that is ended by %s in the middle of an index can be run again',
  async (signal) => {
    await startOver();
    // An open snapshot keeps CREATE INDEX CONCURRENTLY waiting, once it has begun.
    const reader = new Client({ connectionString: url });
    await reader.connect();
    await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM pg_class LIMIT 1');
    const first = runCli(['migrate'], { DATABASE_URL: url });
    await eventually(async () => {
      const { rowCount } = await client.query(
        "SELECT FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX CONCURRENTLY%' AND wait_event_type = 'Lock' AND datname = current_database()",
      );
      return rowCount === 1;
    });
    first.signal(signal);
    await first.ended;
    const again = runCli(['migrate'], { DATABASE_URL: url });
    await sleep(500);
    await reader.query('COMMIT');
    await reader.end();
    expect(await again.ended).toEqual({ code: 0, signal: null });
    expect(again.stderr()).toBe('');
    expect(await state()).toEqual({ ran: NAMES, broken: [] });
  },
);

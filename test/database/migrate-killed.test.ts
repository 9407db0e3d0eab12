import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { openDatabase } from '../../src/database/database.js';
import { migrate } from '../../src/database/migrating/migrate.js';
import { entities } from '../../src/entities.js';
import { createTestDatabase, dropTestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { connect } from '../support/older-database.js';
import { ODD_ROWS, OLDER_001 } from '../support/older-schemas.js';
import { runCli } from '../support/processes.js';
import { contentsOf, structureOf, type Structure } from '../support/structure.js';

let url: string;
let client: Client;
let whole: Structure;
let rows: unknown;
/** How long the whole command takes from when it has connected, in milliseconds. */
let duration: number;

/** Some spread over the whole time; `npm run test:long` takes all. */
const MOMENTS = Array.from({ length: 20 }, (_, moment) => moment + 1).filter(
  (moment) => moment % 4 === 1 || moment === 20 || process.env['LONG_TESTS'] !== undefined,
);

const connected = () =>
  eventually(async () => {
    const { rowCount } = await client.query(
      'SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    return (rowCount ?? 0) > 0;
  });

/** What the command does, without the time that a process takes to begin. */
const migrateAll = async () => {
  const database = await openDatabase(url, entities, 5);
  await migrate(database).finally(() => database.close());
};

beforeAll(async () => {
  url = await createTestDatabase({ migrated: false });
  client = await connect(url);
  await client.query(OLDER_001 + ODD_ROWS);
  rows = await contentsOf(client);
  const whenConnected = connected().then(() => performance.now());
  const running = runCli(['migrate'], { DATABASE_URL: url });
  expect({ ...(await running.ended), said: running.stderr() }).toEqual({ code: 0, signal: null, said: '' });
  const started = await whenConnected;
  duration = performance.now() - started;
  whole = await structureOf(client);
});

afterAll(async () => {
  await client.end();
  await dropTestDatabase(url);
});

test.each(MOMENTS)(
  'a migration that is killed at a moment (%i of 20) is finished by the next, and loses nothing',
  async (moment) => {
    await client.query(`DROP SCHEMA public CASCADE; CREATE SCHEMA public; ${OLDER_001} ${ODD_ROWS}`);
    const running = runCli(['migrate'], { DATABASE_URL: url });
    await connected();
    await sleep((duration * (moment - Math.random())) / 20);
    running.signal('SIGKILL');
    await running.ended;
    await migrateAll();
    expect(await structureOf(client)).toEqual(whole);
    expect(await contentsOf(client)).toEqual(rows);
  },
);

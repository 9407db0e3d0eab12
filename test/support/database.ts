import { afterAll, beforeAll } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { DEFAULT_READ_TIMEOUT_MS } from '../../src/config-limits.js';
import type { ServerUse } from '../../src/database/connection-kinds.js';
import { openDatabase, type Database } from '../../src/database/database.js';
import { entities } from '../../src/entities.js';

const TEMPLATE = new URL(process.env['TEST_POSTGRES_URL'] ?? '');

async function onServer(statement: string): Promise<void> {
  const url = new URL(TEMPLATE);
  url.pathname = '/postgres';
  const client = new Client({ connectionString: url.href });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}

/** Makes a database of its own for the test file; `migrated: false` leaves it empty. Gives its URL. */
export async function createTestDatabase(options: { migrated?: boolean } = {}): Promise<string> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  const template = options.migrated === false ? 'template0' : TEMPLATE.pathname.slice(1);
  await onServer(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  const url = new URL(TEMPLATE);
  url.pathname = `/${name}`;
  return url.href;
}

export async function dropTestDatabase(url: string): Promise<void> {
  await onServer(`DROP DATABASE ${new URL(url).pathname.slice(1)} WITH (FORCE)`);
}

/**
 * A migrated database for the test file that calls it, open from before its tests to after them.
 *
 * @param useOf is asked when it is opened
 */
export function useTestDatabase(useOf: () => Partial<ServerUse> = () => ({})): {
  database: Database;
  url: string;
} {
  const held = {} as { database: Database; url: string };
  beforeAll(async () => {
    held.url = await createTestDatabase();
    held.database = await openDatabase(held.url, entities, 10, {
      readTimeout: DEFAULT_READ_TIMEOUT_MS,
      // However busy the machine is, no call is refused for that.
      writeTimeout: 60_000,
      ...useOf(),
    });
  });
  afterAll(async () => {
    await held.database.close();
    await dropTestDatabase(held.url);
  });
  return held;
}

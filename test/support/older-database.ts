import { afterAll, beforeAll } from '@jest/globals';
import { Client } from 'pg';
import { openDatabase, type Database } from '../../src/database/database.js';
import { entities } from '../../src/entities.js';
import { createTestDatabase, dropTestDatabase } from './database.js';

export interface OlderDatabase {
  url: string;
  client: Client;
  database: Database;
}

/** The same database, with names looked up in other schemas. */
export function withSearchPath(url: string, ...schemas: string[]): string {
  // A backslash keeps a blank from ending the option.
  const path = schemas.join(',').replaceAll(' ', '\\ ');
  return `${url}?options=${encodeURIComponent(`-c search_path=${path}`)}`;
}

/** A client that a failed test may drop the database under. */
export async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/**
 * A database of its own for the tests of the surrounding block, prepared and not migrated.
 *
 * @param searchPath schemas to make and to look names up in, instead of public
 */
export function useOlderDatabase(
  prepare: string | ((client: Client) => Promise<unknown>),
  searchPath: string[] = [],
): OlderDatabase {
  const held = {} as OlderDatabase;
  let plain: string;
  beforeAll(async () => {
    plain = await createTestDatabase({ migrated: false });
    held.url = searchPath.length > 0 ? withSearchPath(plain, ...searchPath) : plain;
    held.client = await connect(held.url);
    for (const schema of searchPath) await held.client.query(`CREATE SCHEMA ${schema}`);
    await (typeof prepare === 'string' ? held.client.query(prepare) : prepare(held.client));
    held.database = await openDatabase(held.url, entities, 5);
  });
  afterAll(async () => {
    await held.database.close();
    await held.client.end();
    await dropTestDatabase(plain);
  });
  return held;
}

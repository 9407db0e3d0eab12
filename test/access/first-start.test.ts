import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { hashOf } from '../../src/access/token-secret.js';
import { readConfig } from '../../src/config.js';
import { openDatabase } from '../../src/database/database.js';
import { entities } from '../../src/entities.js';
import { serve } from '../../src/serve.js';
import { createTestDatabase, dropTestDatabase } from '../support/database.js';
import { useDataFolders } from '../support/data-folders.js';
import { post } from '../support/post.js';
import { runCli, type Running } from '../support/processes.js';

const VIEWER = '{ viewer { name scopes groupIds } }';
const ADMIN = { viewer: { name: 'admin', scopes: ['ADMIN'], groupIds: null } };

const { freshFolder, migratedFolder } = useDataFolders();
let url: string;
let database: Client;

beforeAll(async () => {
  url = await createTestDatabase();
  database = new Client({ connectionString: url });
  await database.connect();
});
afterAll(async () => {
  await database.end();
  await dropTestDatabase(url);
});
beforeEach(() => database.query('DELETE FROM llm_access_tokens'));

const linksIn = (text: string): string[] => text.match(/http\S+#token=\S+/g) ?? [];

/** Stops the server, and gives all links that it printed. */
async function linksOf(server: Running): Promise<string[]> {
  await server.ready();
  server.signal('SIGTERM');
  expect(await server.ended).toEqual({ code: 0, signal: null });
  expect(server.stderr()).toBe('');
  return linksIn(server.stdout());
}

/** Serves the database of the tests in this process until it is ready, and gives all links that it printed. */
async function linksOfServing(environment: Record<string, string> = {}): Promise<string[]> {
  const config = readConfig({ PORT: '0', LOG_LEVEL: 'silent', DATABASE_URL: url, ...environment });
  const opened = await openDatabase(url, entities, 5);
  const stop = new AbortController();
  let printed = '';
  const print = (line: string) => {
    printed += line;
    stop.abort();
  };
  await serve(config, opened, stop.signal, print).finally(() => opened.close());
  return linksIn(printed);
}

function tokenIn(link: string | undefined): string {
  return new URL(link ?? '').hash.replace('#token=', '');
}

test('the first start prints a link that signs in as admin, and the next one prints none', async () => {
  const environment = { DATA_DIR: await freshFolder(), LOG_LEVEL: 'trace' };
  const first = runCli(['start'], environment);
  const address = await first.ready();
  const [link, ...others] = await linksOf(first);
  expect(others).toEqual([]);
  expect(link).toMatch(new RegExp(`^${address}/graphql#token=lcl_[\\w-]{43}$`));
  for (const line of first
    .stdout()
    .split('\n')
    .filter((line) => line.startsWith('{'))) {
    expect(line).not.toContain(tokenIn(link));
  }

  const next = runCli(['start'], environment);
  expect(await post(await next.ready(), VIEWER, {}, tokenIn(link))).toEqual({ status: 200, data: ADMIN });
  expect(await linksOf(next)).toEqual([]);
});

test('the first start of the demo prints one, too', async () => {
  const demo = runCli(['demo', '--calls', '100'], { DATA_DIR: await migratedFolder() });
  expect(await linksOf(demo)).toHaveLength(1);
});

test('of two servers that start together on one database, one makes the token, whose hash alone is stored', async () => {
  const links = (await Promise.all([linksOfServing(), linksOfServing()])).flat();
  expect(links).toHaveLength(1);
  const { rows } = await database.query('SELECT name, token_hash, scopes, expires_at FROM llm_access_tokens');
  expect(rows).toEqual([
    { name: 'admin', token_hash: hashOf(tokenIn(links[0])), scopes: ['admin'], expires_at: null },
  ]);
});

test.each([
  ['revoked', 'revoked_at', true],
  ['past its end', 'expires_at', true],
  ['in force', 'last_used_at', false],
])('where every token is %s, another is printed: %s', async (_, column, printed) => {
  await database.query(
    `INSERT INTO llm_access_tokens (name, token_hash, scopes, created_at, ${column})
     VALUES ('earlier', 'a hash', '{logs:read}', '2026-01-01', '2026-01-02')`,
  );
  expect(await linksOfServing()).toHaveLength(printed ? 1 : 0);
});

test('with an identity provider no token is made: people sign in there', async () => {
  const provider = {
    AUTH_JWKS_URL: 'http://127.0.0.1:1/jwks',
    AUTH_ISSUER: 'https://id.example.com',
    AUTH_AUDIENCE: 'llm-call-log',
  };
  expect(await linksOfServing(provider)).toEqual([]);
  expect((await database.query('SELECT FROM llm_access_tokens')).rowCount).toBe(0);
});

test('a server that cannot listen makes none', async () => {
  await expect(linksOfServing({ HOST: '203.0.113.1' })).rejects.toThrow('is not an address of this machine');
  expect((await database.query('SELECT FROM llm_access_tokens')).rowCount).toBe(0);
});

import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { URL } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import 'reflect-metadata';
// Jest loads this before its runner is there, so it names what `pretest` has built.
import { unlimitedCaller } from '../../../dist/src/access/caller.js';
import { createAccessToken } from '../../../dist/src/access/create-access-token.js';
import { SCOPES } from '../../../dist/src/access/scope.js';
import { prepareDataFolder } from '../../../dist/src/database/data-folder.js';
import { openDatabase } from '../../../dist/src/database/database.js';
import { useEmbeddedPostgres } from '../../../dist/src/database/embedded.js';
import { migrate } from '../../../dist/src/database/migrating/migrate.js';
import { runningPort, startPostgres } from '../../../dist/src/database/postgres-process.js';
import { entities } from '../../../dist/src/entities.js';
import { launchBrowser } from './browser.js';
import { guard } from './guard.js';

const run = promisify(execFile);

/** The databases of the tests end with the run: nothing of them need survive a crash of the machine. */
const SETTINGS = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_wal_size: '4GB' };

/**
 * What the test files share: one PostgreSQL, with a migrated database to clone that holds a token of all scopes; two
 * data folders to copy, an empty one and a migrated one; a provider that takes any key; and a browser.
 */
export default async function setUp() {
  // All that the run writes goes into one folder: the browser unpacks itself to a fixed name, which another
  // user's run may have taken.
  const folder = await mkdtemp(join(tmpdir(), 'llm-call-log-test-'));
  const guardian = guard(folder);
  await chmod(folder, 0o711);
  await mkdir(join(folder, 'programs'));
  process.env['TMPDIR'] = folder;
  // Each command that a test runs loads a thousand modules, which need not be compiled each time.
  process.env['NODE_COMPILE_CACHE'] = join(folder, 'compiled');

  const data = await prepareDataFolder(join(folder, 'data'));
  const image = await copy(data.path, join(folder, 'image'));
  process.env['TEST_DATA_IMAGE'] = image;
  await startPostgres(data);
  const url = new URL(`postgres://postgres:${data.password}@127.0.0.1:${await runningPort(data)}/postgres`);
  await prepareServer(url.href);
  url.pathname = '/template_of_tests';
  process.env['TEST_POSTGRES_URL'] = url.href;
  process.env['TEST_TOKEN'] = await prepareTemplate(url.href);

  const provider = createServer((_, response) => response.end('{"data":[]}'));
  process.env['TEST_PROVIDER_URL'] = `${await listen(provider)}/v1`;
  let browser;
  const onDemand = {
    TEST_BROWSER_URL: await servedOnDemand(async () => {
      browser = await launchBrowser();
      return browser.wsEndpoint();
    }),
    TEST_MIGRATED_IMAGE_URL: await servedOnDemand(async () => {
      const migrated = await copy(image, join(folder, 'migrated-image'));
      await migrateFolder(migrated);
      return migrated;
    }),
  };
  for (const [name, { address }] of Object.entries(onDemand)) process.env[name] = address;
  globalThis.testRun = {
    end: async () => {
      const servers = [provider, ...Object.values(onDemand).map(({ server }) => server)];
      for (const server of servers) server.close();
      for (const server of servers) server.closeAllConnections();
      await browser?.close();
      guardian.ref();
      guardian.stdin.end();
      await once(guardian, 'exit');
    },
  };
}

/** Serves a text at an address; it is made when a test file asks for it first. */
async function servedOnDemand(make) {
  let made;
  const server = createServer((_, response) => {
    made ??= make();
    made.then(
      (text) => response.end(text),
      (error) => response.writeHead(500).end(error.stack),
    );
  });
  return { server, address: await listen(server) };
}

/** Copies a data folder that no PostgreSQL runs on, and gives the path of the copy. */
async function copy(folder, path) {
  // Unlike Node's own copy, it keeps the owner.
  await run('cp', ['-a', folder, path]);
  return path;
}

/** Migrates the database of a data folder, as a command does. */
async function migrateFolder(folder) {
  const postgres = await useEmbeddedPostgres(folder, 'command');
  const database = await openDatabase(postgres.url, entities, 2);
  await migrate(database);
  await database.close();
  await postgres.release();
}

async function listen(server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${server.address().port}`;
}

async function prepareServer(url) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  for (const [name, value] of Object.entries(SETTINGS))
    await client.query(`ALTER SYSTEM SET ${name} = '${value}'`);
  await client.query('SELECT pg_reload_conf()');
  await client.query('CREATE DATABASE template_of_tests');
  await client.end();
}

/** Migrates the database, and gives a token of all scopes that is in it. */
async function prepareTemplate(url) {
  const template = await openDatabase(url, entities, 2);
  await migrate(template);
  const asked = { name: 'tests', scopes: SCOPES };
  const { secret } = await createAccessToken(template.orm.em.fork(), unlimitedCaller('tests'), asked);
  await template.close();
  return secret;
}

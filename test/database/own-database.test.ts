import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { prepareDataFolder } from '../../src/database/data-folder.js';
import { runningPort, startPostgres, stopPostgres } from '../../src/database/postgres-process.js';
import { createTestDatabase, dropTestDatabase } from '../support/database.js';
import { useDataFolders } from '../support/data-folders.js';
import { eventually } from '../support/eventually.js';
import { runCli } from '../support/processes.js';

const COUNT = '{ callLogs { totalCount } }';
const PASSWORD = 's3cret-of-the-role';
const role = `role_${randomBytes(6).toString('hex')}`;
let migrated: string;
let empty: string;

beforeAll(async () => {
  migrated = await createTestDatabase();
  empty = await createTestDatabase({ migrated: false });
  await execute(migrated, `CREATE ROLE ${role} LOGIN PASSWORD '${PASSWORD}'`);
});

afterAll(async () => {
  await dropTestDatabase(migrated);
  await dropTestDatabase(empty);
  await execute(process.env['TEST_POSTGRES_URL'] ?? '', `DROP ROLE ${role}`);
});

async function execute(url: string, statements: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(statements).finally(() => client.end());
}

function changed(url: string, changes: Partial<URL>): string {
  return Object.assign(new URL(url), changes).href;
}

/** Runs a command that is to fail, and gives the only line that it says. */
async function refusal(
  command: string,
  url: string,
  environment: Record<string, string> = {},
): Promise<string> {
  const running = runCli([command], { DATABASE_URL: url, ...environment });
  expect(await running.ended).toEqual({ code: 1, signal: null });
  expect(running.stdout()).toBe('');
  expect(running.stderr()).toMatch(/^.+\n$/);
  expect(running.stderr()).not.toContain(PASSWORD);
  return running.stderr().trim();
}

describe('a database that cannot be used is refused in a sentence:', () => {
  test.each(['start', 'migrate'])('%s where nothing listens', async (command) => {
    expect(await refusal(command, 'postgres://user:s3cret-of-the-role@127.0.0.1:1/database')).toBe(
      'The database cannot be used: connect ECONNREFUSED 127.0.0.1:1. No PostgreSQL answers there; is it running, and are host and port right?',
    );
  });

  test('a wrong password', async () => {
    expect(await refusal('start', changed(migrated, { password: 'wrong' }))).toMatch(
      'password authentication failed for user "postgres". User or password is wrong.',
    );
  });

  test('a missing database', async () => {
    expect(await refusal('start', changed(migrated, { pathname: '/nowhere' }))).toMatch(
      'database "nowhere" does not exist. There is no database of that name.',
    );
  });

  test('a certificate that is not there', async () => {
    const url = changed(migrated, { search: '?sslrootcert=/nowhere.pem' });
    expect(await refusal('start', url)).toMatch("no such file or directory, open '/nowhere.pem'");
  });

  test('start on one that is not migrated', async () => {
    expect(await refusal('start', empty)).toMatch(
      /^The database lacks the migrations 001_init_schema, .*\. Run "npm run migrate" with the same DATABASE_URL first\.$/,
    );
  });

  test('migrate as a role that may not create tables', async () => {
    // Before PostgreSQL 15, everybody may.
    await execute(empty, 'REVOKE CREATE ON SCHEMA public FROM PUBLIC');
    expect(await refusal('migrate', changed(empty, { username: role, password: PASSWORD }))).toBe(
      'The database cannot be used: permission denied for schema public. The user lacks a privilege; grant it, or use the owner of the tables.',
    );
  });

  test('start as a role that may not do all that serving does', async () => {
    await execute(
      migrated,
      `GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role};
       GRANT INSERT, UPDATE, DELETE ON groups, llm_configs, llm_key_rotations, llm_access_tokens,
         llm_usage_deltas, llm_usage_slices, llm_usage_rollups, llm_usage_state,
         llm_call_log_idempotency_keys TO ${role};
       GRANT USAGE ON groups_id_seq, llm_configs_id_seq, llm_key_rotations_id_seq, llm_access_tokens_id_seq,
         llm_usage_deltas_id_seq, llm_usage_slices_id_seq
         TO ${role}`,
    );
    expect(await refusal('start', changed(migrated, { username: role, password: PASSWORD }))).toBe(
      `The database user ${role} lacks INSERT on llm_call_logs, USAGE on public.llm_call_logs_id_seq. Grant it, or use another user.`,
    );
  });
});

test('four connections are enough to serve', async () => {
  const url = await createTestDatabase({ migrated: false });
  const environment = { DATABASE_URL: url, DATABASE_POOL_SIZE: '4' };
  expect((await runCli(['migrate'], environment).ended).code).toBe(0);
  const server = runCli(['start'], environment);
  expect((await server.send(COUNT)).data.callLogs.totalCount).toBe(0);
  server.signal('SIGTERM');
  expect((await server.ended).code).toBe(0);
  await dropTestDatabase(url);
});

describe('while serving', () => {
  const { migratedFolder } = useDataFolders();

  test('a database that goes away is told to clients, and used again when it is back', async () => {
    const folder = await prepareDataFolder(await migratedFolder());
    await startPostgres(folder);
    const port = (await runningPort(folder)) ?? 0;
    const url = `postgres://postgres:${folder.password}@127.0.0.1:${port}/llm_call_log`;
    const server = runCli(['start'], { DATABASE_URL: url });
    const address = await server.ready();
    const status = async (path: string) => (await fetch(`${address}${path}`)).status;
    expect((await server.send(COUNT)).data.callLogs.totalCount).toBe(0);
    expect(await status('/readyz')).toBe(200);

    await stopPostgres(folder);
    expect(await server.send(COUNT)).toMatchObject({
      errors: [{ extensions: { code: 'DATABASE_UNAVAILABLE' } }],
    });
    const readiness = await fetch(`${address}/readyz`);
    expect(readiness.status).toBe(503);
    expect(await readiness.json()).toEqual({
      status: 'unavailable',
      reason: 'The database does not answer.',
    });
    expect(await status('/livez')).toBe(200);

    await startPostgres(folder, port);
    await eventually(async () => (await status('/readyz')) === 200);
    expect((await server.send(COUNT)).data.callLogs.totalCount).toBe(0);

    await execute(
      url,
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()',
    );
    await eventually(async () => (await server.send(COUNT)).data?.callLogs.totalCount === 0);
    server.signal('SIGTERM');
    expect((await server.ended).code).toBe(0);
    await stopPostgres(folder);
  });
});

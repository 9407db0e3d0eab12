import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Client } from 'pg';
import { useEmbeddedPostgres } from '../../src/database/embedded.js';
import { migrations } from '../../src/database/migrating/migrations.js';
import { useDataFolders } from '../support/data-folders.js';
import { createTestDatabase, dropTestDatabase } from '../support/database.js';
import { connect } from '../support/older-database.js';
import { runCli } from '../support/processes.js';

const NAMES = migrations.map(({ name }) => name);
const PENDING = /^001_init_schema +pending\n(\d\d\d_\w+ +pending\n)*$/;
const RAN = /^001_init_schema +2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\dZ\n(\d\d\d_\w+ +2\S+Z\n)*$/;

const { preparedFolder } = useDataFolders();
let url: string;
let client: Client;

beforeAll(async () => {
  url = await createTestDatabase({ migrated: false });
  client = await connect(url);
});

afterAll(async () => {
  await client.end();
  await dropTestDatabase(url);
});

/** Runs `migrate` with options. */
async function migrate(options: string[], environment: Record<string, string> = { DATABASE_URL: url }) {
  const running = runCli(['migrate', ...options], environment);
  const { code } = await running.ended;
  return { code, said: running.stdout(), complained: running.stderr() };
}

test('before, while and after migrating, status and dry run say what is so', async () => {
  expect(await migrate(['--status'])).toEqual({
    code: 0,
    said: expect.stringMatching(PENDING),
    complained: '',
  });
  const dry = await migrate(['--dry-run']);
  expect(dry).toMatchObject({ code: 0, complained: '' });
  expect(dry.said.match(/^-- \d\d\d_\w+$/gm)).toEqual(NAMES.map((name) => `-- ${name}`));
  expect(
    (await client.query("SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace")).rowCount,
  ).toBe(0);

  expect(await migrate([])).toEqual({ code: 0, said: `Migrated: ${NAMES.join(', ')}.\n`, complained: '' });
  expect(await migrate(['--status'])).toEqual({ code: 0, said: expect.stringMatching(RAN), complained: '' });
  const nothing = '-- The database is up to date; nothing is pending.\n';
  expect(await migrate(['--dry-run'])).toEqual({ code: 0, said: nothing, complained: '' });
});

test('status gives times in UTC, and names migrations of a newer version', async () => {
  await client.query(`
    UPDATE mikro_orm_migrations SET executed_at = '2026-02-03 04:05:06+07' WHERE name = '001_init_schema';
    DELETE FROM mikro_orm_migrations WHERE name = '007_access_tokens';
    INSERT INTO mikro_orm_migrations (name, executed_at) VALUES ('999_of_the_future', '2026-12-31 23:59:59+00')`);
  const lines = (await migrate(['--status'])).said.split('\n');
  expect(lines[0]).toBe('001_init_schema           2026-02-02T21:05:06Z');
  expect(lines).toContain('007_access_tokens         pending');
  expect(lines.at(-2)).toBe('999_of_the_future         2026-12-31T23:59:59Z (this version does not know it)');
});

test('all of it works on the embedded database', async () => {
  const folder = { DATA_DIR: await preparedFolder() };
  expect((await migrate(['--status'], folder)).said).toMatch(PENDING);
  // The rest finds it running.
  const postgres = await useEmbeddedPostgres(folder.DATA_DIR, 'command');
  expect((await migrate(['--dry-run'], folder)).said).toContain('CREATE TABLE llm_call_logs');
  expect(await migrate(['--drop-deprecated', '--yes'], folder)).toMatchObject({ code: 1, said: '' });
  expect((await migrate([], folder)).said).toMatch(/^Migrated: /);
  expect((await migrate(['--status'], folder)).said).toMatch(RAN);
  expect(await migrate(['--drop-deprecated', '--yes'], folder)).toEqual({
    code: 0,
    said: 'Dropped: llm_prompt_templates (0 rows).\n',
    complained: '',
  });
  await postgres.release();
});

test.each([
  [['--dry-run', '--status']],
  [['--dry-run', '--drop-deprecated']],
  [['--status', '--drop-deprecated']],
  [['--dry-run', '--yes']],
  [['--yes']],
])('%j do not go together', async (options) => {
  expect(await migrate(options)).toEqual({
    code: 1,
    said: '',
    complained: expect.stringMatching(/^error: option '--.+' (cannot be used|goes) with .*'--.+'\n$/),
  });
});

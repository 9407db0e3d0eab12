import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Client } from 'pg';
import { openDatabase, type Database } from '../../src/database/database.js';
import { dropTables, findDeprecated } from '../../src/database/migrating/drop-deprecated.js';
import { entities } from '../../src/entities.js';
import { createTestDatabase, dropTestDatabase } from '../support/database.js';
import { connect } from '../support/older-database.js';
import { runCli } from '../support/processes.js';

let url: string;
let client: Client;
let database: Database;

beforeAll(async () => {
  url = await createTestDatabase();
  client = await connect(url);
  database = await openDatabase(url, entities, 3);
});

afterAll(async () => {
  await database.close();
  await client.end();
  await dropTestDatabase(url);
});

beforeEach(async () => {
  await client.query(`
    DROP TABLE IF EXISTS llm_prompt_templates CASCADE;
    CREATE TABLE llm_prompt_templates (id SERIAL PRIMARY KEY, name TEXT);
    INSERT INTO llm_prompt_templates (name) SELECT 'template' FROM generate_series(1, 1234)`);
});

/** What `migrate --drop-deprecated` gives, and how many rows the table has then; null where it is gone. */
async function drop(...options: string[]) {
  const running = runCli(['migrate', '--drop-deprecated', ...options], { DATABASE_URL: url });
  const { code } = await running.ended;
  return { code, said: running.stdout(), complained: running.stderr(), left: await left() };
}

async function left(): Promise<number | null> {
  const rows = client.query<{ count: string }>('SELECT count(*) FROM llm_prompt_templates');
  return rows.then(
    (result) => Number(result.rows[0]?.count),
    () => null,
  );
}

test('with --yes, the table goes, and once more finds nothing to drop', async () => {
  expect(await drop('--yes')).toEqual({
    code: 0,
    said: 'Dropped: llm_prompt_templates (1,234 rows).\n',
    complained: '',
    left: null,
  });
  const nothing = { code: 0, said: 'There is no deprecated table any more.\n', complained: '', left: null };
  expect(await drop('--yes')).toEqual(nothing);
  expect(await drop()).toEqual(nothing);
  expect((await runCli(['migrate'], { DATABASE_URL: url }).ended).code).toBe(0);
  expect(await left()).toBeNull();
});

test('without --yes and without a terminal, nothing goes', async () => {
  expect(await drop()).toEqual({
    code: 1,
    said: '',
    complained:
      'Nothing was dropped: this would drop llm_prompt_templates (1,234 rows): prompts that the older backend wrote its requests from, and there is no terminal to ask on. Add --yes to do it.\n',
    left: 1234,
  });
});

test('while migrations are pending, nothing goes', async () => {
  await client.query("UPDATE mikro_orm_migrations SET name = 'later' WHERE name = '006_text_search'");
  expect(await drop('--yes')).toEqual({
    code: 1,
    said: '',
    complained:
      'The database lacks the migrations 006_text_search. Run "npm run migrate" with the same DATABASE_URL first.\n',
    left: 1234,
  });
  await client.query("UPDATE mikro_orm_migrations SET name = '006_text_search' WHERE name = 'later'");
});

test.each([
  ['a view', 'CREATE VIEW names AS SELECT name FROM llm_prompt_templates', 'view names'],
  [
    'a foreign key',
    'CREATE TABLE uses (template INTEGER CONSTRAINT uses_it REFERENCES llm_prompt_templates (id))',
    'constraint uses_it on table uses',
  ],
])('where %s needs the table, nothing goes, and it is named', async (_, statement, dependent) => {
  await client.query(statement);
  expect(await drop('--yes')).toEqual({
    code: 1,
    said: '',
    complained: `Nothing was dropped, because other things need the table: ${dependent} depends on table llm_prompt_templates. Drop those first.\n`,
    left: 1234,
  });
});

test('where another session uses the table, nothing goes', async () => {
  const other = await connect(url);
  await other.query('BEGIN; SELECT FROM llm_prompt_templates LIMIT 1');
  expect(await drop('--yes')).toEqual({
    code: 1,
    said: '',
    complained: 'Nothing was dropped: another session uses the table. Try again when it has ended.\n',
    left: 1234,
  });
  await other.end();
});

test('where rows came after they were counted, nothing goes', async () => {
  const tables = await findDeprecated(database);
  await client.query("INSERT INTO llm_prompt_templates (name) VALUES ('one more')");
  await expect(dropTables(database, tables)).rejects.toThrow(
    'Nothing was dropped: somebody still writes to llm_prompt_templates, which has 1235 rows by now and not 1234.',
  );
  expect(await left()).toBe(1235);
});

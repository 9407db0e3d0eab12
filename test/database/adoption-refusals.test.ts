import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { openDatabase } from '../../src/database/database.js';
import { migrate } from '../../src/database/migrating/migrate.js';
import { migrationScript } from '../../src/database/migrating/migration-script.js';
import { entities } from '../../src/entities.js';
import { OperatorError } from '../../src/operator-error.js';
import { createTestDatabase, dropTestDatabase } from '../support/database.js';
import { runCli } from '../support/processes.js';

let url: string;
let client: Client;

beforeEach(async () => {
  url = await createTestDatabase({ migrated: false });
  client = new Client({ connectionString: url });
  await client.connect();
});

afterEach(async () => {
  await client.end();
  await dropTestDatabase(url);
});

/** The tables of the older backend, with something about them changed. */
function tables({
  groups = 'id SERIAL PRIMARY KEY, name TEXT NOT NULL',
  callTime = 'TIMESTAMP',
} = {}): string {
  return `CREATE TABLE groups (${groups});
    CREATE TABLE llm_configs (id SERIAL PRIMARY KEY, api_key TEXT NOT NULL, updated_at TIMESTAMP);
    CREATE TABLE llm_call_logs (
      id BIGSERIAL PRIMARY KEY, config_id INTEGER REFERENCES llm_configs (id), template_id INTEGER,
      group_id INTEGER, activation_code VARCHAR(32), request_messages JSONB NOT NULL, request_params JSONB,
      response_content TEXT, response_data JSONB, status VARCHAR(20) NOT NULL, error_message TEXT,
      tokens_used INTEGER, prompt_tokens INTEGER, completion_tokens INTEGER, call_time ${callTime},
      duration_ms INTEGER
    );`;
}

/** Everything that the catalogues say about the database's own objects. */
async function catalogue(): Promise<unknown> {
  const { rows } = await client.query(
    `SELECT relname, relkind::text, attname, format_type(atttypid, atttypmod), attnotnull
     FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
     WHERE relnamespace = 'public'::regnamespace ORDER BY 1, attnum`,
  );
  const constraints = await client.query(
    `SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1`,
  );
  return [rows, constraints.rows];
}

/** What migrating, and saying what it would run, are refused with. Nothing may have changed. */
async function expectRefusal(...sentences: (string | RegExp)[]): Promise<void> {
  const before = await catalogue();
  const database = await openDatabase(url, entities, 2);
  try {
    for (const run of [migrate, migrationScript]) {
      const refused = await run(database).catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(OperatorError);
      for (const sentence of sentences) expect((refused as Error).message).toMatch(sentence);
    }
  } finally {
    await database.close();
  }
  expect(await catalogue()).toEqual(before);
}

test('columns of another type are refused, all at once, with what to do, before anything is changed', async () => {
  await client.query(
    tables({ callTime: 'TIMESTAMPTZ', groups: 'id BIGSERIAL PRIMARY KEY, name TEXT NOT NULL' }),
  );
  const sentences = [
    'The database was left as it is, because its tables cannot be taken over:',
    'llm_call_logs.call_time is timestamp with time zone, and not timestamp.',
    'ALTER TABLE llm_call_logs ALTER COLUMN call_time TYPE timestamp;',
    'groups.id is bigint, and not integer.',
  ];
  await expectRefusal(...sentences);
  for (const args of [['migrate'], ['migrate', '--dry-run']]) {
    const cli = runCli(args, { DATABASE_URL: url });
    expect(await cli.ended).toEqual({ code: 1, signal: null });
    expect(cli.stdout()).toBe('');
    for (const sentence of sentences) expect(cli.stderr()).toContain(sentence);
  }
});

test('a table that lacks a column is refused, and one without a primary key', async () => {
  await client.query(tables({ groups: 'id SERIAL, title TEXT NOT NULL' }));
  await expectRefusal(
    'groups has no column name, which the property Group.name stands for.',
    'groups has no primary key.',
  );
});

test('a view in the place of a table is refused', async () => {
  await client.query(`CREATE SCHEMA other; SET search_path = other; ${tables()}
    CREATE VIEW public.groups AS SELECT * FROM other.groups`);
  await expectRefusal('groups is no plain table, but a view, a partitioned table or the like.');
});

test('a partitioned log is refused', async () => {
  await client.query(`${tables()} DROP TABLE llm_call_logs;
    CREATE TABLE llm_call_logs (id BIGINT, call_time TIMESTAMP) PARTITION BY RANGE (call_time)`);
  await expectRefusal('llm_call_logs is no plain table, but a view, a partitioned table or the like.');
});

test('tables of another user are refused', async () => {
  await client.query(`${tables()}
    CREATE ROLE "${role()}" LOGIN PASSWORD 'secret';
    GRANT ALL ON SCHEMA public TO "${role()}"; GRANT ALL ON ALL TABLES IN SCHEMA public TO "${role()}"`);
  const owner = url;
  const asOther = new URL(url);
  asOther.username = role();
  asOther.password = 'secret';
  url = asOther.href;
  try {
    await expectRefusal(/llm_call_logs belongs to the user \w+\. Migrate as that user, and not as /);
  } finally {
    url = owner;
    await client.query(`DROP OWNED BY "${role()}"; DROP ROLE "${role()}"`);
  }
});

function role(): string {
  return `other_${new URL(url).pathname.slice(-12)}`;
}

test('text of other lengths is taken over as it is', async () => {
  await client.query(tables({ groups: 'id SERIAL PRIMARY KEY, name VARCHAR(100) NOT NULL UNIQUE' }));
  const cli = runCli(['migrate'], { DATABASE_URL: url });
  expect((await cli.ended).code).toBe(0);
  const { rows } = await client.query(
    `SELECT format_type(atttypid, atttypmod) AS type FROM pg_attribute WHERE attrelid = 'groups'::regclass AND attname = 'name'`,
  );
  expect(rows).toEqual([{ type: 'character varying(100)' }]);
});

import { expect, test } from '@jest/globals';
import { Client } from 'pg';
import { API_USE } from '../../src/consistency/api-use.js';
import { createCheck } from '../../src/consistency/check.js';
import { openDatabase } from '../../src/database/database.js';
import { Risk } from '../../src/database/structure/finding.js';
import { entities } from '../../src/entities.js';
import { createSchema } from '../../src/schema.js';
import { collectStatements } from '../support/statements.js';
import { expectFinding, usePlanting } from './planting.js';

const planting = usePlanting();

test('a pending migration is found', async () => {
  const { advice } = await expectFinding(
    planting,
    "DELETE FROM mikro_orm_migrations WHERE name = '006_text_search'",
    { kind: 'MIGRATION_PENDING', risk: Risk.HIGH, table: null, column: null },
    { problem: 'The migration 006_text_search has not run.', heal: false },
  );
  expect(advice).toContain('npm run migrate');
});

test('a migration of a newer version is found, and is no failure', async () => {
  await expectFinding(
    planting,
    "INSERT INTO mikro_orm_migrations (name) VALUES ('999_of_tomorrow')",
    { kind: 'MIGRATION_UNKNOWN', risk: Risk.LOW, table: null, column: null },
    { problem: 'The migration 999_of_tomorrow has run, but this version does not know it.', heal: false },
  );
});

test('a database without any table is told as one', async () => {
  await planting.client.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  const { findings, tables } = await planting.check();
  const kinds = new Set(findings.map(({ kind }) => kind));
  expect(kinds).toEqual(new Set(['TABLE_MISSING', 'MIGRATION_PENDING']));
  expect(new Set(tables.map(({ status }) => status))).toEqual(new Set(['MISSING']));
});

/** Checks as a user who has been granted nothing but what `grant` gives. */
async function checkAsAnother(grant: (user: string) => string) {
  const user = `reader_${new URL(planting.url).pathname.slice(-12)}`;
  await planting.client.query(`CREATE ROLE ${user} LOGIN PASSWORD 'secret'; ${grant(user)}`);
  const url = new URL(planting.url);
  url.username = user;
  url.password = 'secret';
  const database = await openDatabase(url.href, entities, 1);
  try {
    return await createCheck(database, await createSchema(), API_USE)();
  } finally {
    await database.close();
    await planting.client.query(`DROP OWNED BY ${user}; DROP ROLE ${user}`);
  }
}

test('a user who may not read one row of the tables can check them', async () => {
  const report = await checkAsAnother((user) => `GRANT SELECT ON mikro_orm_migrations TO ${user}`);
  expect(report).toMatchObject({ complete: true, risk: 'NONE', findings: [] });
});

test('a catalogue that the user may not read is found', async () => {
  const report = await checkAsAnother(
    (user) => `GRANT SELECT ON mikro_orm_migrations TO ${user};
      REVOKE SELECT ON pg_catalog.pg_constraint FROM PUBLIC`,
  );
  expect(report).toMatchObject({ complete: false, risk: 'HIGH' });
  expect(report.findings).toMatchObject([
    {
      kind: 'CATALOGUE_UNREADABLE',
      problem: 'The catalogues of the database could not be read: permission denied for table pg_constraint.',
    },
  ]);
  expect(report.findings[0]?.advice).toContain('Grant the user SELECT');
});

/** Checks while another session holds a lock on every table. */
async function checkUnderLock(mode: string) {
  const locker = new Client({ connectionString: planting.url });
  await locker.connect();
  await locker.query(`BEGIN;
    LOCK llm_call_logs, llm_configs, groups, llm_key_rotations, llm_server_secrets IN ${mode} MODE`);
  try {
    return await planting.check();
  } finally {
    await locker.query('ROLLBACK');
    await locker.end();
  }
}

test('a check reads catalogues and one row of usage, and no writer waits for it or is waited for', async () => {
  const statements = await collectStatements(async () => {
    expect(await checkUnderLock('EXCLUSIVE')).toMatchObject({ complete: true, findings: [] });
  });
  const checking = statements.filter((statement) => !statement.includes('LOCK llm_call_logs'));
  expect(checking.length).toBeGreaterThan(0);
  for (const statement of checking) {
    expect(statement).not.toMatch(/\b(from|join)\s+"?(llm_(?!usage_state\b)|groups)/i);
    expect(statement).toMatch(/^\s*select/i);
  }
});

test('a table that somebody is altering is not waited for', async () => {
  const report = await checkUnderLock('ACCESS EXCLUSIVE');
  expect(report).toMatchObject({ complete: false, risk: 'HIGH' });
  expect(report.findings).toMatchObject([
    { kind: 'CATALOGUE_UNREADABLE', advice: 'Somebody is altering a table; check again when that is done.' },
  ]);
});

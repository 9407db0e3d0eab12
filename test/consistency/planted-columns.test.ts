import { expect, test } from '@jest/globals';
import { isConsistent } from '../../src/consistency/report.js';
import { Risk } from '../../src/database/structure/finding.js';
import { expectFinding, usePlanting } from './planting.js';

const planting = usePlanting();

test('a migrated database has nothing to be said against', async () => {
  const report = await planting.check();
  expect(report.findings).toEqual([]);
  expect(report).toMatchObject({ complete: true, risk: 'NONE' });
});

test('a missing table is found', async () => {
  await expectFinding(
    planting,
    'DROP TABLE llm_key_rotations',
    { kind: 'TABLE_MISSING', risk: Risk.HIGH, table: 'llm_key_rotations', column: null },
    {
      problem: 'There is no table llm_key_rotations, which the entity KeyRotation stands for.',
      heal: false,
    },
  );
});

test('a table in a schema off the search path is found there', async () => {
  const { advice } = await expectFinding(
    planting,
    'CREATE SCHEMA attic; ALTER TABLE llm_key_rotations SET SCHEMA attic',
    { kind: 'TABLE_MISSING', risk: Risk.HIGH, table: 'llm_key_rotations', column: null },
    {
      problem: 'There is no table llm_key_rotations, which the entity KeyRotation stands for.',
      heal: false,
    },
  );
  expect(advice).toContain('There is one in the schema attic');
});

test('a missing column is found', async () => {
  await expectFinding(
    planting,
    'ALTER TABLE llm_call_logs DROP COLUMN duration_ms',
    { kind: 'COLUMN_MISSING', risk: Risk.HIGH, table: 'llm_call_logs', column: 'duration_ms' },
    {
      problem: 'llm_call_logs has no column duration_ms, which the property CallLog.durationMs stands for.',
      heal: true,
    },
  );
});

test('a column of the older backend is found, and is no failure', async () => {
  await expectFinding(
    planting,
    'ALTER TABLE llm_configs ADD COLUMN provider VARCHAR(50)',
    { kind: 'COLUMN_EXTRA', risk: Risk.LOW, table: 'llm_configs', column: 'provider' },
    {
      problem: 'llm_configs has a column provider (character varying(50)) that this product does not know.',
      heal: false,
    },
  );
  const report = await planting.check();
  expect(isConsistent(report)).toBe(true);
  expect(report.tables.find(({ table }) => table === 'llm_configs')).toMatchObject({ status: 'CONSISTENT' });
});

test('an extra column that keeps rows from being inserted is found, and is a failure', async () => {
  await expectFinding(
    planting,
    'ALTER TABLE llm_configs ADD COLUMN "Provider Name" TEXT NOT NULL',
    { kind: 'COLUMN_EXTRA', risk: Risk.HIGH, table: 'llm_configs', column: 'Provider Name' },
    {
      problem: 'llm_configs has a column Provider Name (text) that this product does not know.',
      heal: false,
    },
  ).then(async ({ advice }) => {
    await planting.client.query(/ALTER.*;/.exec(advice)?.[0] ?? '');
    expect((await planting.check()).risk).toBe(Risk.LOW);
  });
});

test.each([
  ['tokens_used', 'bigint', 'bigint', 'integer'],
  ['call_time', 'timestamptz', 'timestamp with time zone', 'timestamp'],
  ['request_params', 'json', 'json', 'jsonb'],
  ['status', 'char(20)', 'character(20)', 'varchar(20)'],
])('a column of the wrong type is found: %s as %s', async (column, type, shown, wanted) => {
  await planting.client.query(
    // Indexes on it would not go along.
    `DO $$ DECLARE name text; BEGIN
       FOR name IN SELECT indexrelid::regclass FROM pg_index WHERE indrelid = 'llm_call_logs'::regclass AND NOT indisprimary
       LOOP EXECUTE 'DROP INDEX ' || name; END LOOP; END $$;
     ALTER TABLE llm_call_logs DROP CONSTRAINT llm_call_logs_status_check;
     ALTER TABLE llm_call_logs ALTER COLUMN ${column} DROP DEFAULT;
     ALTER TABLE llm_call_logs ALTER COLUMN ${column} TYPE ${type} USING ${column}::${type}`,
  );
  const { findings } = await planting.check();
  expect(findings[0]).toMatchObject({
    ...{ kind: 'COLUMN_TYPE', risk: Risk.HIGH, table: 'llm_call_logs', column },
    problem: `llm_call_logs.${column} is ${shown}, and not ${wanted}.`,
  });
  expect(findings[0]?.advice).toContain(`ALTER TABLE llm_call_logs ALTER COLUMN ${column} TYPE ${wanted};`);
});

test.each([
  ['varchar(16)', 'character varying(16)', Risk.MEDIUM],
  ['varchar(64)', 'character varying(64)', Risk.LOW],
  ['text', 'text', Risk.LOW],
])('a column of the wrong length is found: %s', async (type, shown, risk) => {
  await expectFinding(
    planting,
    `ALTER TABLE llm_call_logs ALTER COLUMN activation_code TYPE ${type}`,
    { kind: 'COLUMN_LENGTH', risk, table: 'llm_call_logs', column: 'activation_code' },
    { problem: `llm_call_logs.activation_code is ${shown}, and not varchar(32).`, heal: true },
  );
});

test('a column that may be empty and should not is found', async () => {
  await expectFinding(
    planting,
    'ALTER TABLE llm_call_logs ALTER COLUMN request_messages DROP NOT NULL',
    { kind: 'COLUMN_NULLABILITY', risk: Risk.MEDIUM, table: 'llm_call_logs', column: 'request_messages' },
    {
      problem: 'llm_call_logs.request_messages may be empty, and CallLog.requestMessages may not.',
      heal: true,
    },
  );
});

test('a column that may not be empty and should is found', async () => {
  await expectFinding(
    planting,
    'ALTER TABLE llm_call_logs ALTER COLUMN group_id SET NOT NULL',
    { kind: 'COLUMN_NULLABILITY', risk: Risk.MEDIUM, table: 'llm_call_logs', column: 'group_id' },
    { problem: 'llm_call_logs.group_id may not be empty, and CallLog.groupId may.', heal: true },
  );
});

test('a missing default is found', async () => {
  await expectFinding(
    planting,
    'ALTER TABLE llm_call_logs ALTER COLUMN call_time DROP DEFAULT',
    { kind: 'COLUMN_DEFAULT', risk: Risk.MEDIUM, table: 'llm_call_logs', column: 'call_time' },
    { problem: 'llm_call_logs.call_time has no default, and should have CURRENT_TIMESTAMP.', heal: true },
  );
});

test('another default is found, and the same one in other words is none', async () => {
  await planting.client.query('ALTER TABLE llm_call_logs ALTER COLUMN call_time SET DEFAULT now()');
  expect((await planting.check()).findings).toEqual([]);
  await expectFinding(
    planting,
    "ALTER TABLE llm_call_logs ALTER COLUMN call_time SET DEFAULT '2000-01-01'",
    { kind: 'COLUMN_DEFAULT', risk: Risk.MEDIUM, table: 'llm_call_logs', column: 'call_time' },
    {
      problem:
        "llm_call_logs.call_time has the default '2000-01-01 00:00:00'::timestamp without time zone, and not CURRENT_TIMESTAMP.",
      heal: true,
    },
  );
});

test('a default where there should be none is found', async () => {
  await expectFinding(
    planting,
    'ALTER TABLE llm_call_logs ALTER COLUMN tokens_used SET DEFAULT 0',
    { kind: 'COLUMN_DEFAULT', risk: Risk.LOW, table: 'llm_call_logs', column: 'tokens_used' },
    { problem: 'llm_call_logs.tokens_used has the default 0, and should have none.', heal: true },
  );
});

test('a number that is not given by itself is found, and one by identity is none', async () => {
  await expectFinding(
    planting,
    'ALTER TABLE llm_call_logs ALTER COLUMN id DROP DEFAULT',
    { kind: 'COLUMN_DEFAULT', risk: Risk.HIGH, table: 'llm_call_logs', column: 'id' },
    {
      problem: 'llm_call_logs.id does not number new rows: it has no sequence as its default.',
      heal: true,
    },
  );
});

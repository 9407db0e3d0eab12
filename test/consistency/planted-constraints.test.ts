import { expect, test } from '@jest/globals';
import { Risk } from '../../src/database/structure/finding.js';
import { expectFinding, usePlanting } from './planting.js';

const planting = usePlanting();

test('names of constraints and indexes do not matter', async () => {
  await planting.client.query(`
    ALTER TABLE llm_call_logs RENAME CONSTRAINT llm_call_logs_pkey TO pk1;
    ALTER TABLE llm_call_logs RENAME CONSTRAINT llm_call_logs_group_id_fkey TO fk1;
    ALTER TABLE llm_call_logs RENAME CONSTRAINT llm_call_logs_status_check TO ck1;
    ALTER INDEX llm_call_logs_model_call_time_id_idx RENAME TO ix1;
    ALTER INDEX llm_call_logs_text_idx RENAME TO ix2`);
  expect((await planting.check()).findings).toEqual([]);
});

test('a missing primary key is found', async () => {
  await expectFinding(
    planting,
    'ALTER TABLE llm_call_logs DROP CONSTRAINT llm_call_logs_pkey',
    { kind: 'PRIMARY_KEY', risk: Risk.HIGH, table: 'llm_call_logs', column: 'id' },
    { problem: 'llm_call_logs has no primary key.', heal: true },
  );
});

test('a missing CHECK is found', async () => {
  await expectFinding(
    planting,
    'ALTER TABLE llm_call_logs DROP CONSTRAINT llm_call_logs_status_check',
    { kind: 'CHECK_MISSING', risk: Risk.MEDIUM, table: 'llm_call_logs', column: 'status' },
    { problem: "llm_call_logs lacks the check that status IN ('success', 'error').", heal: true },
  );
});

test('another CHECK is found', async () => {
  await expectFinding(
    planting,
    `ALTER TABLE llm_call_logs DROP CONSTRAINT llm_call_logs_status_check;
     ALTER TABLE llm_call_logs ADD CONSTRAINT statuses CHECK (status IN ('success', 'error', 'pending'))`,
    { kind: 'CHECK_DIFFERENT', risk: Risk.MEDIUM, table: 'llm_call_logs', column: 'status' },
    {
      problem:
        "The check statuses of llm_call_logs is CHECK (((status)::text = ANY ((ARRAY['success'::character varying, 'error'::character varying, 'pending'::character varying])::text[]))), and not CHECK (status IN ('success', 'error')).",
      heal: true,
    },
  );
});

test('a CHECK that holds for new rows alone is found', async () => {
  await expectFinding(
    planting,
    `ALTER TABLE llm_call_logs DROP CONSTRAINT llm_call_logs_status_check;
     ALTER TABLE llm_call_logs ADD CONSTRAINT statuses CHECK (status IN ('success', 'error')) NOT VALID`,
    { kind: 'CHECK_DIFFERENT', risk: Risk.LOW, table: 'llm_call_logs', column: 'status' },
    { problem: 'The check statuses of llm_call_logs holds for new rows alone (NOT VALID).', heal: true },
  );
});

test('a CHECK that the product does not know is found, and is no failure', async () => {
  await expectFinding(
    planting,
    'ALTER TABLE llm_call_logs ADD CONSTRAINT positive CHECK (duration_ms >= 0)',
    { kind: 'CHECK_EXTRA', risk: Risk.LOW, table: 'llm_call_logs', column: 'duration_ms' },
    {
      problem:
        'llm_call_logs has a check that this product does not know: positive CHECK ((duration_ms >= 0)).',
      heal: false,
    },
  );
});

test.each([
  ['config_id', 'llm_configs'],
  ['template_id', 'llm_prompt_templates'],
])('the foreign key on %s is finding 1 of old, and is named so', async (column, table) => {
  const { effect } = await expectFinding(
    planting,
    `ALTER TABLE llm_call_logs ADD CONSTRAINT "older key" FOREIGN KEY (${column}) REFERENCES ${table} (id)`,
    { kind: 'FOREIGN_KEY_FORBIDDEN', risk: Risk.MEDIUM, table: 'llm_call_logs', column },
    {
      problem: `Finding 1, migrations disagree: llm_call_logs.${column} has the foreign key older key to ${table}, which a migration made and the current structure does not have.`,
      heal: true,
    },
  );
  expect(effect).toContain('Inserts can fail');
});

test('a missing foreign key to groups is found', async () => {
  await expectFinding(
    planting,
    'ALTER TABLE llm_call_logs DROP CONSTRAINT llm_call_logs_group_id_fkey',
    { kind: 'FOREIGN_KEY_MISSING', risk: Risk.MEDIUM, table: 'llm_call_logs', column: 'group_id' },
    { problem: 'llm_call_logs.group_id has no foreign key to groups (id).', heal: true },
  );
});

test('a foreign key to groups that takes calls along when a group is deleted is found', async () => {
  await expectFinding(
    planting,
    `ALTER TABLE llm_call_logs DROP CONSTRAINT llm_call_logs_group_id_fkey;
     ALTER TABLE llm_call_logs ADD CONSTRAINT cascading FOREIGN KEY (group_id) REFERENCES groups (id) ON DELETE CASCADE`,
    { kind: 'FOREIGN_KEY_DIFFERENT', risk: Risk.MEDIUM, table: 'llm_call_logs', column: 'group_id' },
    {
      problem:
        'The foreign key cascading of llm_call_logs is ON DELETE CASCADE, and not ON DELETE NO ACTION.',
      heal: true,
    },
  );
});

test('a foreign key of a column that the product does not know is no failure', async () => {
  await planting.client.query('ALTER TABLE llm_call_logs ADD COLUMN user_id INTEGER REFERENCES groups (id)');
  const { findings, risk } = await planting.check();
  expect(risk).toBe(Risk.LOW);
  expect(findings.map(({ kind }) => kind)).toEqual(['COLUMN_EXTRA', 'FOREIGN_KEY_FORBIDDEN']);
});

test.each([
  'llm_call_logs_call_time_id_idx',
  'llm_call_logs_group_id_call_time_id_idx',
  'llm_call_logs_model_call_time_id_idx',
  'llm_call_logs_text_idx',
])('a missing index is found: %s', async (index) => {
  await expectFinding(
    planting,
    `DROP INDEX ${index}`,
    { kind: 'INDEX_MISSING', risk: Risk.MEDIUM, table: 'llm_call_logs', column: null },
    { problem: `llm_call_logs lacks the index ${index}.`, heal: true },
  );
});

test('an index on other columns or in another order stands for no index', async () => {
  await planting.client.query(`
    DROP INDEX llm_call_logs_call_time_id_idx;
    CREATE INDEX llm_call_logs_call_time_id_idx ON llm_call_logs (call_time DESC, id)`);
  expect((await planting.check()).findings.map(({ kind }) => kind)).toEqual(['INDEX_MISSING']);
});

test('an invalid index is found', async () => {
  await expectFinding(
    planting,
    "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'llm_call_logs_text_idx'::regclass",
    { kind: 'INDEX_UNUSABLE', risk: Risk.MEDIUM, table: 'llm_call_logs', column: null },
    {
      problem: 'The index llm_call_logs_text_idx of llm_call_logs is invalid: it was not built to its end.',
      heal: true,
    },
  );
});

test('a unique index that the product does not know is found, and is no failure', async () => {
  await expectFinding(
    planting,
    'CREATE UNIQUE INDEX one_name ON groups (name)',
    { kind: 'INDEX_EXTRA_UNIQUE', risk: Risk.LOW, table: 'groups', column: null },
    { problem: 'groups has a unique index that this product does not know: one_name.', heal: false },
  );
});

test('a trigger that the product does not know is found, and is no failure', async () => {
  await expectFinding(
    planting,
    `CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
     CREATE TRIGGER watcher BEFORE INSERT ON llm_call_logs FOR EACH ROW EXECUTE FUNCTION watch()`,
    { kind: 'TRIGGER_EXTRA', risk: Risk.LOW, table: 'llm_call_logs', column: null },
    { problem: 'llm_call_logs has a trigger that this product does not know: watcher.', heal: false },
  );
});

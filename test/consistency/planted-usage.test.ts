import { expect, test } from '@jest/globals';
import { migrate } from '../../src/database/migrating/migrate.js';
import { Risk } from '../../src/database/structure/finding.js';
import { rebuildRollups } from '../../src/usage/rollups/rebuild.js';
import { verifyRollups } from '../../src/usage/rollups/verify.js';
import { expectFinding, usePlanting } from './planting.js';

const planting = usePlanting();

const LOGS = { risk: Risk.HIGH, table: 'llm_call_logs', column: null };
const STATE = { table: 'llm_usage_state', column: null };
const TRIGGERS = ['llm_usage_insert', 'llm_usage_update', 'llm_usage_delete', 'llm_usage_truncate'];

test.each(TRIGGERS)(
  'a trigger of usage that is missing is found, and to rebuild is advised: %s',
  async (name) => {
    const { advice } = await expectFinding(
      planting,
      `DROP TRIGGER ${name} ON llm_call_logs`,
      { ...LOGS, kind: 'TRIGGER_MISSING' },
      { problem: `llm_call_logs lacks the trigger ${name}.`, heal: true },
    );
    expect(advice).toMatch(/; Then run "npm run usage -- rebuild", for what was written without it\.$/);
  },
);

test.each(TRIGGERS)(
  'a trigger of usage that is disabled is found, and to rebuild is advised: %s',
  async (name) => {
    const { advice } = await expectFinding(
      planting,
      `ALTER TABLE llm_call_logs DISABLE TRIGGER ${name}`,
      { ...LOGS, kind: 'TRIGGER_DISABLED' },
      { problem: `The trigger ${name} of llm_call_logs is disabled.`, heal: true },
    );
    expect(advice).toMatch(/; Then run "npm run usage -- rebuild", for what was written without it\.$/);
  },
);

test('a function that triggers of usage run is found missing, and the advice puts it back', async () => {
  const insert = `INSERT INTO llm_call_logs (request_messages, status, duration_ms) VALUES ('[]', 'success', 5)`;
  await planting.client.query(insert);
  const { advice } = await expectFinding(
    planting,
    'DROP FUNCTION llm_usage_duration_index(integer)',
    { ...LOGS, kind: 'FUNCTION_MISSING' },
    {
      problem:
        'The function llm_usage_duration_index(integer), which the triggers of llm_call_logs run, is missing.',
      heal: false,
    },
  );
  await expect(planting.client.query(insert)).rejects.toThrow('llm_usage_duration_index');
  const [, statement = ''] = /^(DELETE [^;]*;) Then run "npm run migrate"/.exec(advice)!;
  await planting.client.query(statement);
  expect(await migrate(planting.database)).toEqual(['008_usage']);
  await planting.client.query(insert);
  expect((await planting.check()).findings).toEqual([]);
  expect(await verifyRollups(planting.database, {}, 1, () => undefined)).toMatchObject({ wrong: 0 });
});

test('the trigger function that is dropped with its triggers is found missing', async () => {
  await planting.client.query('DROP FUNCTION llm_usage_keep() CASCADE');
  const { findings } = await planting.check();
  expect(findings.map(({ kind }) => kind).sort()).toEqual([
    'FUNCTION_MISSING',
    ...TRIGGERS.map(() => 'TRIGGER_MISSING'),
  ]);
});

test('rollups that are not complete are worth knowing', async () => {
  const { advice } = await expectFinding(
    planting,
    'UPDATE llm_usage_state SET complete = false',
    { ...STATE, kind: 'USAGE_INCOMPLETE', risk: Risk.LOW },
    { problem: 'The rollups of usage do not hold every call yet.', heal: false },
  );
  expect(advice).toContain('npm run usage -- rebuild');
});

test('a state that is gone is found, and a rebuild puts it back', async () => {
  await planting.client.query('DELETE FROM llm_usage_state');
  expect((await planting.check()).findings).toMatchObject([{ ...STATE, kind: 'USAGE_INCOMPLETE' }]);
  await rebuildRollups(planting.database, () => undefined);
  expect((await planting.check()).findings).toEqual([]);
});

test('differences that the last comparison of everything found are found, until a rebuild', async () => {
  const { client, database } = planting;
  const verify = (range = {}) => verifyRollups(database, range, 1, () => undefined);
  await client.query(`INSERT INTO llm_call_logs (request_messages, status) VALUES ('[]', 'success')`);
  expect((await planting.check()).findings).toEqual([]);
  await client.query('DELETE FROM llm_usage_deltas');
  expect(await verify({ from: '2020-01-01 00:00:00' })).toMatchObject({ wrong: 15 });
  expect((await planting.check()).findings).toEqual([]);
  expect(await verify()).toMatchObject({ wrong: 15 });
  const [finding, ...others] = (await planting.check()).findings;
  expect(others).toEqual([]);
  expect(finding).toMatchObject({ ...STATE, kind: 'USAGE_DIFFERENT', risk: Risk.MEDIUM });
  expect(finding?.problem).toMatch(/^The last .* \(20\d\d-\d\d-\d\dT.*Z\) found wrong rollups: 15\.$/);
  expect(finding?.advice).toContain('run "npm run usage -- rebuild"');
  await rebuildRollups(database, () => undefined);
  expect((await planting.check()).findings).toEqual([]);
  expect(await verify()).toMatchObject({ wrong: 0 });
  expect((await planting.check()).findings).toEqual([]);
});

test('differences are forgotten when the calls are truncated, and the rollups with them', async () => {
  await planting.client.query('UPDATE llm_usage_state SET verified_at = CURRENT_TIMESTAMP, differences = 3');
  expect((await planting.check()).risk).toBe(Risk.MEDIUM);
  await planting.client.query('TRUNCATE llm_call_logs');
  expect((await planting.check()).findings).toEqual([]);
});

import { expect, test } from '@jest/globals';
import { runCli } from '../support/processes.js';
import { usePlanting } from './planting.js';

const planting = usePlanting();

async function check(...args: string[]) {
  const cli = runCli(['check', ...args], { DATABASE_URL: planting.url });
  const { code } = await cli.ended;
  return { code, stdout: cli.stdout(), stderr: cli.stderr() };
}

test('a consistent database is reported in Markdown, with exit code 0', async () => {
  const { code, stdout, stderr } = await check();
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^# Report: do the tables and the API agree\?\n/);
  expect(stdout).toContain('| `api_key` | text NOT NULL | `LlmConfig.apiKey`, **secret** |');
  expect(stdout).toContain('- `Mutation.recordCallLog` reads all columns; writes all columns');
  expect(stdout).toContain('Status: ⚠ deprecated, but kept for its history. No field uses it.');
  expect(stdout).toContain('| `001_init_schema` | 20');
  expect(stdout).toMatch(/✅ Consistent\. Findings: 0 🔴 high, 0 🟠 medium, 0 🟡 low\. Risk: 🟢 none\.\n$/);
});

test('a finding is reported with place, effect and advice, and its table as inconsistent', async () => {
  await planting.client.query(
    'ALTER TABLE llm_call_logs ADD CONSTRAINT old FOREIGN KEY (config_id) REFERENCES llm_configs (id)',
  );
  const { code, stdout } = await check();
  expect(code).toBe(1);
  expect(stdout).toContain('### 🟠 medium: Finding 1, migrations disagree: llm_call_logs.config_id');
  expect(stdout).toContain('- Place: `llm_call_logs.config_id`\n- Effect: Inserts can fail');
  expect(stdout).toContain('- Advice: ALTER TABLE llm_call_logs DROP CONSTRAINT old;');
  expect(stdout).toContain('Status: ❌ inconsistent; see the findings.');
  expect(stdout).toMatch(
    /❌ Not consistent\. Findings: 0 🔴 high, 1 🟠 medium, 0 🟡 low\. Risk: 🟠 medium\.\n$/,
  );
});

test('--fail-on says which risk fails', async () => {
  await planting.client.query('ALTER TABLE llm_configs ADD COLUMN provider TEXT');
  expect((await check()).code).toBe(0);
  expect((await check('--fail-on', 'low')).code).toBe(1);
  await planting.client.query('ALTER TABLE llm_call_logs ALTER COLUMN call_time DROP DEFAULT');
  expect((await check('--fail-on', 'high')).code).toBe(0);
});

test('--format json gives the whole report', async () => {
  await planting.client.query('DROP INDEX llm_call_logs_text_idx');
  const { code, stdout } = await check('--format', 'json');
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    ...{ complete: true, risk: 'MEDIUM' },
    findings: [{ kind: 'INDEX_MISSING', risk: 'MEDIUM', table: 'llm_call_logs', column: null }],
    tables: expect.arrayContaining([
      expect.objectContaining({ table: 'llm_call_logs', status: 'INCONSISTENT', entity: 'CallLog' }),
    ]),
  });
});

test('--format github gives an annotation for each finding', async () => {
  await planting.client.query(`
    ALTER TABLE llm_configs ADD COLUMN "100%" TEXT;
    ALTER TABLE llm_call_logs DROP COLUMN duration_ms;
    DROP INDEX llm_call_logs_text_idx`);
  const { stdout } = await check('--format', 'github');
  const lines = stdout.trimEnd().split('\n');
  expect(lines).toHaveLength(3);
  expect(lines[0]).toMatch(
    /^::error title=COLUMN_MISSING llm_call_logs\.duration_ms::llm_call_logs has no column duration_ms/,
  );
  expect(lines[1]).toMatch(/^::warning title=INDEX_MISSING llm_call_logs::/);
  expect(lines[2]).toMatch(
    /^::notice title=COLUMN_EXTRA llm_configs\.100%25::llm_configs has a column 100%25/,
  );
});

test('a consistent database has no annotations', async () => {
  expect(await check('--format', 'github')).toEqual({ code: 0, stdout: '', stderr: '' });
});

test('a database that cannot be reached gives exit code 2', async () => {
  const cli = runCli(['check'], { DATABASE_URL: 'postgres://nobody:secret@127.0.0.1:1/none' });
  expect((await cli.ended).code).toBe(2);
  expect(cli.stdout()).toBe('');
  expect(cli.stderr()).toMatch(/^The database cannot be used: .*No PostgreSQL answers there/);
});

test('a catalogue that may not be read gives exit code 2, and a report that says so', async () => {
  const user = `blind_${new URL(planting.url).pathname.slice(-12)}`;
  await planting.client.query(`CREATE ROLE ${user} LOGIN PASSWORD 'secret';
    REVOKE SELECT ON pg_catalog.pg_index FROM PUBLIC`);
  const url = new URL(planting.url);
  url.username = user;
  url.password = 'secret';
  const cli = runCli(['check'], { DATABASE_URL: url.href });
  expect((await cli.ended).code).toBe(2);
  expect(cli.stdout()).toContain('permission denied for table pg_index');
  expect(cli.stdout()).toContain('❌ Could not be checked in full.');
  await planting.client.query(`DROP OWNED BY ${user}; DROP ROLE ${user}`);
});

import { beforeEach, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { Client } from 'pg';
import { redactStoredCalls } from '../../src/call-logs/redacting/redact-stored-calls.js';
import { useTestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { runCli } from '../support/processes.js';
import { redactorOf } from '../redaction/redacting.js';

const held = useTestDatabase();
const KEY = 'sk-proj-Ab1Cd2Ef3Gh4Ij5Kl6Mn7Op8';
const CALLS = 1200;

/** Every third call has a secret, in turn in each column. */
beforeEach(async () => {
  await sql`TRUNCATE llm_call_logs RESTART IDENTITY`.execute(held.database.sql);
  await sql`
    INSERT INTO llm_call_logs
      (status, tokens_used, request_messages, request_params, response_content, response_data, error_message)
    SELECT 'success', number,
      to_jsonb(ARRAY[CASE WHEN number % 15 = 0 THEN ${KEY}::text ELSE 'hello' END]),
      jsonb_build_object('model', 'gpt-4o', 'n', 1.50, 'api_key', CASE WHEN number % 15 = 3 THEN 'hunter2' END),
      CASE WHEN number % 15 = 6 THEN 'password=hunter2' END,
      CASE WHEN number % 15 = 9 THEN jsonb_build_object('echo', ${`say "${KEY}"`}::text) END,
      CASE WHEN number % 15 = 12 THEN ${`Incorrect API key provided: ${KEY}.`}::text END
    FROM generate_series(1, ${CALLS}) AS number`.execute(held.database.sql);
});

async function run(...args: string[]) {
  const cli = runCli(['redact', ...args], { DATABASE_URL: held.url });
  const { code } = await cli.ended;
  return { code, stdout: cli.stdout(), stderr: cli.stderr() };
}

async function table(): Promise<string> {
  const { rows } = await sql`SELECT * FROM llm_call_logs ORDER BY id`.execute(held.database.sql);
  return JSON.stringify(rows);
}

test('a dry run counts and changes nothing; --apply replaces, keeps usage right, and finds nothing the second time', async () => {
  const before = await table();
  const counted = await run('--dry-run');
  expect(counted).toEqual({
    ...{ code: 0, stderr: '' },
    stdout: `1,200 calls looked at, 400 of them with secrets; nothing was changed.\n  openai key: 240\n  api key: 80\n  password: 80\n`,
  });
  expect(await table()).toBe(before);

  const applied = await run('--apply');
  expect(applied).toMatchObject({ code: 0, stderr: '' });
  expect(applied.stdout).toMatch(
    /^1,200 calls looked at, 400 of them redacted\.\n {2}openai key: 240\n[^]*replace such keys/,
  );
  expect(applied.stdout).not.toMatch(/hunter2|Ab1Cd2/);
  expect(await table()).toBe(
    before
      .replaceAll(KEY, '[redacted: openai key …7Op8]')
      .replace(/(api_key":"|password=)hunter2/g, (_, name: string) =>
        name.startsWith('api') ? `${name}[redacted: api key]` : `${name}[redacted: password]`,
      ),
  );
  const verify = runCli(['usage', 'verify'], { DATABASE_URL: held.url });
  expect((await verify.ended).code).toBe(0);
  expect((await run('--apply')).stdout).toBe('1,200 calls looked at, 0 of them redacted.\n');
});

test('--after goes on behind a call', async () => {
  const { rows } = await sql<{ id: string }>`
    SELECT id FROM llm_call_logs ORDER BY id LIMIT 1 OFFSET 1184`.execute(held.database.sql);
  expect((await run('--apply', '--after', rows[0]!.id)).stdout).toMatch(
    /^15 calls looked at, 5 of them redacted\./,
  );
});

test('a call that somebody changes between being read and written keeps the change, and is redacted', async () => {
  const other = new Client({ connectionString: held.url });
  await other.connect();
  await other.query('BEGIN');
  await other.query(
    "UPDATE llm_call_logs SET activation_code = 'changed', error_message = 'password=later' WHERE id = 15",
  );
  const all = (async () => {
    const progress = [];
    for await (const one of redactStoredCalls(held.database, redactorOf(), '0', true)) progress.push(one);
    return progress.at(-1);
  })();
  await eventually(async () => {
    const { rows } = await sql`SELECT pid FROM pg_locks WHERE NOT granted`.execute(held.database.sql);
    return rows.length > 0;
  });
  await other.query('COMMIT');
  await other.end();
  expect(await all).toMatchObject({ calls: CALLS, redacted: 400 });
  const { rows } = await sql`
    SELECT activation_code, request_messages, error_message FROM llm_call_logs WHERE id = 15`.execute(
    held.database.sql,
  );
  expect(rows).toEqual([
    {
      activation_code: 'changed',
      request_messages: ['[redacted: openai key …7Op8]'],
      error_message: 'password=[redacted: password]',
    },
  ]);
});

test.each([
  [[], 'Add --dry-run to count secrets, or --apply to replace them.'],
  [['--dry-run', '--apply'], "error: option '--dry-run' cannot be used with option '--apply'"],
  [['--apply', '--after', 'x'], '--after must be the number of a call, such as 12345, not x.'],
])('redact %j is refused', async (args, message) => {
  const { code, stderr } = await run(...args);
  expect(code).toBe(1);
  expect(stderr).toContain(message);
});

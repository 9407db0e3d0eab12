import { expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connectTo, killPostgres, useDataFolders } from './support/data-folders.js';
import { eventually } from './support/eventually.js';
import { runCli, type Running } from './support/processes.js';
import { bearer, TEST_TOKEN } from './support/token.js';

const { migratedFolder } = useDataFolders();

const PROMPT = 'prompt-marker-7193';
const KEY = 'sk-key-marker-5521';

const RECORD = `mutation ($input: RecordCallLogInput!) { recordCallLog(input: $input) { id requestMessages } }`;
const ROTATE = `mutation { rotateApiKey(input: { newApiKey: "${KEY}" }) { __typename } }`;
const SEARCH = `{ callLogs(filter: { text: "${PROMPT}" }) { totalCount } }`;

function record(server: Running, more: Record<string, unknown> = {}) {
  const input = {
    status: 'SUCCESS',
    requestMessages: [{ content: PROMPT }],
    responseContent: PROMPT,
    ...more,
  };
  return server.send(RECORD, { input });
}

test('at no level is a prompt or a key logged, not even of statements that fail', async () => {
  const dataDir = await migratedFolder();
  const server = runCli(['start'], { DATA_DIR: dataDir, LOG_LEVEL: 'trace' });
  const url = await server.ready();
  expect((await record(server)).errors).toBeUndefined();
  expect((await server.send(ROTATE)).errors).toBeUndefined();
  expect((await server.send(SEARCH)).data.callLogs.totalCount).toBe(1);
  await fetch(`${url}/graphql?query=${encodeURIComponent(SEARCH)}`, {
    headers: { accept: 'application/json', 'apollo-require-preflight': '1', ...bearer() },
  });

  // The database refuses: a bad reference, a bad document, a constraint that quotes the row, a missing table.
  expect((await record(server, { groupId: '12345' })).errors).toHaveLength(1);
  expect((await server.send(`{ ${PROMPT} ${KEY}`)).errors).toHaveLength(1);
  const database = await connectTo(dataDir);
  await database.query(`
    ALTER TABLE llm_call_logs ADD CONSTRAINT no_prompts CHECK (response_content IS NULL) NOT VALID;
    ALTER TABLE llm_configs ADD CONSTRAINT no_keys CHECK (api_key = '') NOT VALID`);
  expect((await record(server)).errors).toHaveLength(1);
  expect((await server.send(ROTATE.replace(KEY, `${KEY}-2`))).errors).toHaveLength(1);
  await database.query(
    'ALTER TABLE llm_call_logs RENAME TO elsewhere; ALTER TABLE llm_key_rotations RENAME TO gone',
  );
  expect((await record(server)).errors).toHaveLength(1);
  expect((await server.send(ROTATE.replace(KEY, `${KEY}-3`))).errors).toHaveLength(1);
  await database.query(
    'ALTER TABLE elsewhere RENAME TO llm_call_logs; ALTER TABLE llm_call_logs DROP CONSTRAINT no_prompts',
  );

  // A statement is cut off by a crash, which PostgreSQL reports with the statement.
  await database.query('BEGIN; LOCK TABLE llm_call_logs IN SHARE MODE');
  const cutOff = record(server);
  const waiting = await eventually(async () => {
    const { rows } = await database.query<{ pid: number }>('SELECT pid FROM pg_locks WHERE NOT granted');
    return rows[0]?.pid;
  });
  process.kill(waiting, 'SIGKILL');
  // It is recorded where PostgreSQL is back in time, and otherwise nobody knows.
  const { errors } = await cutOff;
  expect(errors?.[0]?.extensions.code ?? 'OUTCOME_UNKNOWN').toBe('OUTCOME_UNKNOWN');
  const recorded = errors ? 1 : 2;
  await killPostgres(dataDir);
  await eventually(
    async () => (await server.send('{ callLogs { totalCount } }')).data?.callLogs.totalCount === recorded,
  );
  server.signal('SIGTERM');
  expect((await server.ended).code).toBe(0);

  const postgresLog = await readFile(join(dataDir, 'postgres.log'), 'utf8');
  for (const logged of [server.stdout(), server.stderr(), postgresLog]) {
    expect(logged).not.toContain('marker');
    expect(logged).not.toContain(TEST_TOKEN);
  }
  expect(server.stderr()).toBe('');
  const lines = server
    .stdout()
    .trim()
    .split('\n')
    .filter((line) => !/^llm-call-log is ready\.|^To be signed in/.test(line));
  expect(lines.join('\n')).not.toContain('lcl_');
  expect(lines.length).toBeGreaterThan(10);
  for (const line of lines) expect(() => JSON.parse(line) as unknown).not.toThrow();
});

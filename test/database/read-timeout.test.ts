import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { Client } from 'pg';
import { useTestServer, type TestServer } from '../support/server.js';

const READ_TIMEOUT = 400;
const impatient = useTestServer(() => ({ readTimeout: READ_TIMEOUT }));
const patient = useTestServer(() => ({ readTimeout: 0 }));

const RECORD = `mutation { recordCallLog(input: { requestMessages: [], status: SUCCESS }) { id status } }`;
const READS = [
  '{ it: callLogs { nodes { id } } }',
  '{ it: callLog(id: 1) { id } }',
  '{ it: callLogs { totalCount } }',
  '{ it: usage { totals { calls } } }',
  '{ it: usage { byGroup { group { name } } } }',
  '{ it: group(id: 1) { name } }',
  '{ it: groups { nodes { name } } }',
  '{ it: llmConfig { id } }',
];

let locker: Client;
let server: TestServer;

/** From here on whatever reads the log, its usage, groups or keys waits. */
async function lock(locked: TestServer): Promise<void> {
  server = locked;
  locker = new Client({ connectionString: locked.databaseUrl });
  await locker.connect();
  await locker.query(
    'BEGIN; LOCK TABLE llm_call_logs, llm_usage_state, groups, llm_configs IN ACCESS EXCLUSIVE MODE',
  );
}

/** Until as many statements wait for the lock as are said, and then as long as any read may take. */
async function waiting(statements: number): Promise<void> {
  for (;;) {
    const { rows } = await sql<{ waiting: number }>`
      SELECT count(*)::integer AS waiting FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock'`.execute(server.database.sql);
    if (rows[0]?.waiting === statements) break;
  }
  await new Promise((resolve) => setTimeout(resolve, READ_TIMEOUT * 2));
}

beforeEach(async () => {
  for (const { database } of [impatient, patient]) {
    await sql`TRUNCATE llm_call_logs RESTART IDENTITY`.execute(database.sql);
  }
});
afterEach(() => locker.end());

test.each(READS)('a read that takes too long is broken off, with advice: %s', async (query) => {
  await lock(impatient);
  const { status, data, errors } = await impatient.send(query);
  expect(status).toBe(200);
  expect(data?.it ?? null).toBeNull();
  expect(errors).toHaveLength(1);
  expect(errors?.[0]?.message).toMatch(/took too long.*callTime/);
  expect(errors?.[0]?.extensions).toEqual({ code: 'TIMEOUT', limit: READ_TIMEOUT });
});

test('a call is recorded however long that takes, and whatever reads are waiting', async () => {
  await lock(impatient);
  const reads = Array.from({ length: 20 }, () => impatient.send('{ callLogs { nodes { id } } }'));
  const recorded = impatient.send(RECORD);
  await Promise.all(reads);
  await waiting(1);
  await locker.query('COMMIT');
  expect(await recorded).toMatchObject({
    status: 200,
    data: { recordCallLog: { id: '1', status: 'SUCCESS' } },
  });
});

test('where no time is set, a read waits', async () => {
  await lock(patient);
  const read = patient.send('{ callLogs { totalCount } }');
  await waiting(1);
  await locker.query('COMMIT');
  expect((await read).data).toEqual({ callLogs: { totalCount: 0 } });
});

import { expect, test } from '@jest/globals';
import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import { collectStatements } from '../support/statements.js';
import { CALL, RECORD_ID, useRecordingServer } from './recording-server.js';

/** Far longer than it takes 300 calls to arrive. */
const ARRIVAL_MS = 4_000;

const { server, storedRows } = useRecordingServer();

test('what was answered is there for every other connection at once', async () => {
  const other = new pg.Client({ connectionString: server.databaseUrl });
  await other.connect();
  try {
    for (let count = 0; count < 20; count++) {
      const { recordCallLog } = await server.query(RECORD_ID, { input: CALL });
      const { rowCount } = await other.query('SELECT 1 FROM llm_call_logs WHERE id = $1', [recordCallLog.id]);
      expect(rowCount).toBe(1);
    }
  } finally {
    await other.end();
  }
});

test('300 calls recorded at one time all arrive, in far fewer statements', async () => {
  const ids = new Set<string>();
  // The log is locked while they arrive: how quick the database is decides nothing.
  const other = new pg.Client({ connectionString: server.databaseUrl });
  await other.connect();
  await other.query('BEGIN; LOCK TABLE llm_call_logs IN SHARE MODE');
  const statements = await collectStatements(async () => {
    const calls = Array.from({ length: 300 }, async (_, index) => {
      const { recordCallLog } = await server.query(
        'mutation ($input: RecordCallLogInput!) { recordCallLog(input: $input) { id responseContent } }',
        { input: { ...CALL, responseContent: `answer ${index}` } },
      );
      expect(recordCallLog.responseContent).toBe(`answer ${index}`);
      ids.add(recordCallLog.id);
    });
    await setTimeout(ARRIVAL_MS);
    await other.end();
    await Promise.all(calls);
  });
  const rows = await storedRows();
  expect(new Set(rows.map(({ id }) => id))).toEqual(ids);
  expect(new Set(rows.map((row) => row['response_content'])).size).toBe(300);
  const inserts = statements.filter((statement) => statement.includes('INSERT INTO llm_call_logs'));
  expect(inserts.length).toBeGreaterThan(0);
  expect(inserts.length).toBeLessThan(200);
});

test('of calls recorded at one time, only the bad ones fail', async () => {
  const outcomes = await Promise.all(
    Array.from({ length: 60 }, async (_, index) => {
      const groupId = index % 20 === 7 ? '99' : '1';
      const input = { ...CALL, groupId, responseContent: `${index}` };
      return server.send(RECORD_ID, { input });
    }),
  );
  for (const [index, { data, errors }] of outcomes.entries()) {
    if (index % 20 === 7) {
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument: 'input.groupId' } }]);
      expect(data).toBeNull();
    } else {
      expect(errors).toBeUndefined();
    }
  }
  const stored = (await storedRows()).map((row) => Number(row['response_content']));
  expect(stored.sort((one, other) => one - other)).toEqual(
    Array.from({ length: 60 }, (_, index) => index).filter((index) => index % 20 !== 7),
  );
});

import { expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { createServer } from '../../src/server.js';
import { TEST_CONFIG } from '../support/test-config.js';
import { CALL, RECORD, RECORD_ID, RECORD_MANY, useRecordingServer } from './recording-server.js';
import { bearer } from '../support/token.js';

const { server, storedRows } = useRecordingServer();

test('a repeat with the same idempotency key answers the first call and writes nothing', async () => {
  const first = { ...CALL, responseContent: 'first', idempotencyKey: 'again' };
  const { recordCallLog } = await server.query(RECORD, { input: first });
  const repeat = await server.query(RECORD, {
    input: { ...first, status: 'ERROR', responseContent: 'second' },
  });
  expect(repeat.recordCallLog).toEqual(recordCallLog);
  expect(repeat.recordCallLog.responseContent).toBe('first');
  const both = await server.query(
    `mutation ($input: RecordCallLogInput!) {
      one: recordCallLog(input: $input) { id } other: recordProxyCallLog(input: $input) { id }
      many: recordCallLogs(input: [$input]) { recorded callLogs { id } rejected { code } }
    }`,
    { input: first },
  );
  const { id } = recordCallLog;
  expect(both).toEqual({
    one: { id },
    other: { id },
    many: { recorded: 1, callLogs: [{ id }], rejected: [] },
  });
  expect(await storedRows()).toHaveLength(1);
});

test('calls of one batch that share an idempotency key are recorded once, and other keys for themselves', async () => {
  const input = ['a', 'b', 'a', null, 'b', 'a', null].map((idempotencyKey, index) => ({
    ...CALL,
    idempotencyKey: idempotencyKey && `batch-${idempotencyKey}`,
    responseContent: `${index}`,
  }));
  const { recordCallLogs } = await server.query(RECORD_MANY, { input });
  expect(recordCallLogs.callLogs.map((call: { responseContent: string }) => call.responseContent)).toEqual([
    '0',
    '1',
    '0',
    '3',
    '1',
    '0',
    '6',
  ]);
  expect(recordCallLogs).toMatchObject({ recorded: 7, rejected: [] });
  expect((await storedRows()).map((row) => row['response_content'])).toEqual(['0', '1', '3', '6']);
});

test('an idempotency key of a call that was refused is free for the corrected one', async () => {
  const bad = { ...CALL, idempotencyKey: 'refused', groupId: '99' };
  expect((await server.send(RECORD_ID, { input: bad })).errors).toHaveLength(1);
  const corrected = { ...bad, groupId: '1' };
  await server.query(RECORD_ID, { input: corrected });
  const { recordCallLogs } = await server.query(RECORD_MANY, {
    input: [
      { ...bad, idempotencyKey: 'refused-2' },
      { ...corrected, idempotencyKey: 'refused-2' },
    ],
  });
  expect(recordCallLogs).toMatchObject({ recorded: 1, callLogs: [null, {}], rejected: [{ index: 0 }] });
  expect(await storedRows()).toMatchObject([{ group_id: 1 }, { group_id: 1 }]);
});

test('a key whose call has been deleted records a call again', async () => {
  const input = { ...CALL, idempotencyKey: 'of a deleted call' };
  const first = await server.query(RECORD_ID, { input });
  await sql`DELETE FROM llm_call_logs WHERE id = ${first.recordCallLog.id}`.execute(server.database.sql);
  const second = await server.query(RECORD_ID, { input });
  const third = await server.query(RECORD_ID, { input });
  expect(second.recordCallLog.id).not.toBe(first.recordCallLog.id);
  expect(third).toEqual(second);
});

test('50 repeats at one time, on two servers, make one call', async () => {
  const second = await createServer(TEST_CONFIG, server.database);
  try {
    const ids = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        const variables = { input: { ...CALL, idempotencyKey: 'at once', responseContent: `${index}` } };
        if (index % 2) return (await server.query(RECORD_ID, variables)).recordCallLog.id as string;
        const payload = { query: RECORD_ID, variables };
        const answer = await second.inject({ method: 'POST', url: '/graphql', headers: bearer(), payload });
        return answer.json<{ data: { recordCallLog: { id: string } } }>().data.recordCallLog.id;
      }),
    );
    const rows = await storedRows();
    expect(rows).toHaveLength(1);
    expect(new Set(ids)).toEqual(new Set([rows[0]?.id]));
  } finally {
    await second.close();
  }
});

test('an idempotency key holds for 24 hours and is then used again', async () => {
  const record = async () => {
    const input = { ...CALL, idempotencyKey: 'daily' };
    return (await server.query(RECORD_ID, { input })).recordCallLog.id as string;
  };
  const age = async (hours: number) => {
    await sql`UPDATE llm_call_log_idempotency_keys
      SET created_at = now() AT TIME ZONE 'UTC' - make_interval(secs => ${hours * 3600}::float)
      WHERE key LIKE '% daily'`.execute(server.database.sql);
  };
  const first = await record();
  await age(23.9);
  expect(await record()).toBe(first);
  await age(24.1);
  const second = await record();
  expect(second).not.toBe(first);
  expect(await record()).toBe(second);
  expect(await storedRows()).toHaveLength(2);
});

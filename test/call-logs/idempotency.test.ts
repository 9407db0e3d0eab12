import { describe, expect, test } from '@jest/globals';
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
    input: { ...first, requestParams: null },
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
    responseContent: idempotencyKey ?? `${index}`,
  }));
  const { recordCallLogs } = await server.query(RECORD_MANY, { input });
  expect(recordCallLogs.callLogs.map((call: { responseContent: string }) => call.responseContent)).toEqual([
    'a',
    'b',
    'a',
    '3',
    'b',
    'a',
    '6',
  ]);
  expect(recordCallLogs).toMatchObject({ recorded: 7, rejected: [] });
  expect((await storedRows()).map((row) => row['response_content'])).toEqual(['a', 'b', '3', '6']);
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

test('a repeat of a call that has been deleted writes nothing, and answers what it was', async () => {
  const input = {
    ...CALL,
    ...{ groupId: '1', requestParams: { model: 'gpt-4o', 名: '值' }, promptTokens: 3, completionTokens: 4 },
    ...{
      callTime: '2026-05-01T00:00:00.123Z',
      responseData: { choices: [] },
      idempotencyKey: 'of a deleted call',
    },
  };
  const record = `mutation ($input: RecordCallLogInput!) { recordCallLog(input: $input) {
    id groupId group { id name } status requestMessages requestParams responseData responseContent errorMessage
    tokensUsed promptTokens completionTokens callTime durationMs model activationCode configId templateId } }`;
  const first = await server.query(record, { input });
  await sql`DELETE FROM llm_call_logs WHERE id = ${first.recordCallLog.id}`.execute(server.database.sql);
  expect(await server.query(record, { input })).toEqual(first);
  const { recordCallLogs } = await server.query(RECORD_MANY, { input: [input, CALL] });
  expect(recordCallLogs).toMatchObject({
    recorded: 2,
    callLogs: [{ id: first.recordCallLog.id }, {}],
    rejected: [],
  });
  expect(await storedRows()).toHaveLength(1);
});

test('a repeat finds its call when its row was changed since', async () => {
  const input = { ...CALL, idempotencyKey: 'of a changed call' };
  const { recordCallLog } = await server.query(RECORD, { input });
  await sql`UPDATE llm_call_logs SET response_content = 'corrected', request_messages = '[]', status = 'error'
    WHERE id = ${recordCallLog.id}`.execute(server.database.sql);
  expect((await server.query(RECORD, { input })).recordCallLog).toMatchObject({
    id: recordCallLog.id,
    responseContent: 'corrected',
  });
  expect(await storedRows()).toHaveLength(1);
});

describe('another call under the same key', () => {
  const CONFLICT = { code: 'IDEMPOTENCY_CONFLICT', argument: 'input.idempotencyKey' };

  test.each([
    ['another text', { responseContent: 'other' }],
    ['another time', { callTime: '2026-05-01T00:00:01Z' }],
    ['another value deep in JSON', { requestParams: { a: [{ b: 2 }] } }],
    ['another order in a list', { requestMessages: ['b', 'a'] }],
    ['one field more', { durationMs: 0 }],
  ])('is refused for %s', async (what, change) => {
    const input = {
      ...{ ...CALL, requestMessages: ['a', 'b'], requestParams: { a: [{ b: 1 }] } },
      ...{ callTime: '2026-05-01T00:00:00Z', idempotencyKey: `None ${what}` },
    };
    const { recordCallLog } = await server.query(RECORD_ID, { input });
    const { errors } = await server.send(RECORD_ID, { input: { ...input, ...change } });
    expect(errors?.[0]?.extensions).toEqual(CONFLICT);
    expect(await server.query(RECORD_ID, { input })).toEqual({ recordCallLog });
    expect(await storedRows()).toHaveLength(1);
  });

  test('is rejected by itself in a batch, whether the first one is in the batch or before it', async () => {
    await server.query(RECORD_ID, { input: { ...CALL, idempotencyKey: 'before' } });
    const { recordCallLogs } = await server.query(RECORD_MANY, {
      input: [
        { ...CALL, idempotencyKey: 'None', responseContent: 'one' },
        { ...CALL, idempotencyKey: 'None', responseContent: 'two' },
        { ...CALL, idempotencyKey: 'before', responseContent: 'three' },
        { ...CALL, responseContent: 'four' },
      ],
    });
    expect(recordCallLogs).toMatchObject({
      recorded: 2,
      callLogs: [{}, null, null, {}],
      rejected: [
        { index: 1, code: 'IDEMPOTENCY_CONFLICT' },
        { index: 2, code: 'IDEMPOTENCY_CONFLICT' },
      ],
    });
    expect((await storedRows()).map((row) => row['response_content'])).toEqual([null, 'one', 'four']);
  });

  test('is the same one where only the order of names, or what is left out, differs', async () => {
    const input = { ...CALL, requestParams: { a: 1, b: { c: 1, d: [2] } }, idempotencyKey: 'order' };
    const { recordCallLog } = await server.query(RECORD_ID, { input });
    const again = { ...input, errorMessage: null, requestParams: { b: { d: [2], c: 1 }, a: 1 } };
    expect(await server.query(RECORD_ID, { input: again })).toEqual({ recordCallLog });
  });

  test('is not refused where the key is from before contents were kept', async () => {
    const input = { ...CALL, idempotencyKey: 'old' };
    const { recordCallLog } = await server.query(RECORD_ID, { input });
    await sql`UPDATE llm_call_log_idempotency_keys SET content = NULL WHERE key LIKE '% old'`.execute(
      server.database.sql,
    );
    const other = { ...input, responseContent: 'other' };
    expect(await server.query(RECORD_ID, { input: other })).toEqual({ recordCallLog });
  });

  test('leaves nothing of what was sent in the table of keys but a hash', async () => {
    await server.query(RECORD_ID, { input: { ...CALL, responseContent: 'secret', idempotencyKey: 'kept' } });
    const { rows } = await sql<{ content: string }>`
      SELECT content FROM llm_call_log_idempotency_keys WHERE key LIKE '% kept'`.execute(server.database.sql);
    expect(rows).toEqual([{ content: expect.stringMatching(/^[\w-]{43}$/) }]);
  });
});

test('keys that differ only in what PostgreSQL cannot store are different keys', async () => {
  const keys = ['\ud800', '\ud801', '\0', '\ufffd', 'a\udc00', 'a\udc01'];
  const record = async (idempotencyKey: string) =>
    (await server.query(RECORD_ID, { input: { ...CALL, idempotencyKey } })).recordCallLog.id as string;
  const ids = [];
  for (const key of keys) ids.push(await record(key));
  expect(new Set(ids).size).toBe(keys.length);
  for (const [index, key] of keys.entries()) expect(await record(key)).toBe(ids[index]);
});

test('50 repeats at one time, on two servers, make one call', async () => {
  const second = await createServer(TEST_CONFIG, server.database);
  try {
    const ids = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        const variables = { input: { ...CALL, idempotencyKey: 'at once' } };
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

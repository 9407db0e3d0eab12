import { expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { nested } from './mistaken-calls.js';
import { CALL, RECORD, RECORD_ID, useRecordingServer } from './recording-server.js';
import { bearer } from '../support/token.js';

const { server, storedRows } = useRecordingServer();

test('the longest values that fit are recorded', async () => {
  const most = {
    activationCode: '数'.repeat(32),
    idempotencyKey: '🙂'.repeat(255),
    configId: '2147483647',
    tokensUsed: 2 ** 31 - 1,
    durationMs: 2 ** 31 - 1,
  };
  const { idempotencyKey, ...expected } = most;
  const { recordCallLog } = await server.query(RECORD, { input: { ...CALL, ...most } });
  expect(recordCallLog).toMatchObject(expected);
  expect(idempotencyKey).toHaveLength(510);
});

test('a model of any length is recorded, and known by its first 200 characters', async () => {
  const model = createHash('shake256', { outputLength: 9000 }).update('noise').digest('base64');
  const { recordCallLog } = await server.query(
    'mutation ($input: RecordCallLogInput!) { recordCallLog(input: $input) { model requestParams } }',
    { input: { ...CALL, requestParams: { model } } },
  );
  expect(recordCallLog).toEqual({ model: model.slice(0, 200), requestParams: { model } });
});

test('messages nested 200 levels deep are recorded, and found by what is in them', async () => {
  await server.query(RECORD_ID, { input: { ...CALL, requestMessages: nested(200) } });
  const { callLogs } = await server.query('{ callLogs(filter: { text: "deep" }) { totalCount } }');
  expect(callLogs.totalCount).toBe(1);
});

test('a call whose messages are nested too deeply is refused', async () => {
  const deep = '['.repeat(20_000) + ']'.repeat(20_000);
  // Written by hand, because JSON.stringify gives up on it, too.
  const input = `{ "status": "SUCCESS", "requestMessages": ${deep} }`;
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...bearer() },
    body: `{ "query": ${JSON.stringify(RECORD_ID)}, "variables": { "input": ${input} } }`,
  });
  expect(await response.json()).toMatchObject({
    data: null,
    errors: [
      {
        message: expect.stringContaining('input.requestMessages is nested more than 200 levels deep'),
        extensions: { code: 'BAD_USER_INPUT', argument: 'input.requestMessages' },
      },
    ],
  });
  expect(await storedRows()).toEqual([]);
});

test('a number that no double holds is refused, and not stored as null', async () => {
  const input = JSON.stringify({ input: { ...CALL, requestParams: { seed: 'HUGE' } } }).replace(
    '"HUGE"',
    '1e400',
  );
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...bearer() },
    body: `{"query":${JSON.stringify(RECORD_ID)},"variables":${input}}`,
  });
  expect(await response.json()).toMatchObject({
    errors: [
      { message: expect.stringContaining('input.requestParams'), extensions: { code: 'BAD_USER_INPUT' } },
    ],
  });
});

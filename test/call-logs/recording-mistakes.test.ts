import { expect, test } from '@jest/globals';
import { MISTAKES, placeOf } from './mistaken-calls.js';
import { CALL, RECORD_ID, useRecordingServer } from './recording-server.js';

const { server, storedRows } = useRecordingServer();

test.each(MISTAKES)('a call with %s is refused, and the field is named', async (_, mistake, field, right) => {
  const { data, errors } = await server.send(RECORD_ID, { input: { ...CALL, ...mistake } });
  expect(data).toBeNull();
  expect(errors).toMatchObject([
    { extensions: { code: 'BAD_USER_INPUT', argument: placeOf(field, 'input') } },
  ]);
  expect(errors?.[0]?.message).toContain(placeOf(field, 'input'));
  expect(errors?.[0]?.message).toMatch(right);
  expect(await storedRows()).toEqual([]);
});

test.each([
  ['an unknown status', { status: 'FAILED' }, /FAILED/],
  ['no messages', { requestMessages: null }, /requestMessages/],
  ['an impossible time', { callTime: '2024-02-31T00:00:00Z' }, /does not exist/],
  ['a time without an offset', { callTime: '2024-02-01T00:00:00' }, /with an offset/],
  ['tokens beyond 32 bits', { tokensUsed: 2 ** 31 }, /32-bit/],
  ['a fraction of a millisecond', { durationMs: 812.4 }, /non-integer/],
  ['an unknown field', { colour: 'red' }, /colour/],
])('a call with %s fits no schema: its request is refused', async (_, mistake, right) => {
  const { status, errors } = await server.send(RECORD_ID, { input: { ...CALL, ...mistake } });
  expect(status).toBe(400);
  expect(errors?.[0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } });
  expect(errors?.[0]?.message).toMatch(right);
  expect(await storedRows()).toEqual([]);
});

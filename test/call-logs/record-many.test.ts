import { expect, test } from '@jest/globals';
import { MISTAKES, placeOf } from './mistaken-calls.js';
import { CALL, RECORD_MANY, useRecordingServer } from './recording-server.js';

const { server, storedRows } = useRecordingServer();

test('a batch keeps its length and order, tells every bad call by its place, and records the good ones', async () => {
  const good = (index: number) => ({ ...CALL, responseContent: `good ${index}` });
  const input = MISTAKES.flatMap(([, mistake], index) => [good(2 * index), { ...CALL, ...mistake }]);
  const { recordCallLogs } = await server.query(RECORD_MANY, { input });
  expect(recordCallLogs.recorded).toBe(MISTAKES.length);
  expect(recordCallLogs.callLogs).toHaveLength(input.length);
  expect(recordCallLogs.rejected).toHaveLength(MISTAKES.length);
  for (const [mistake, [, , field, right]] of MISTAKES.entries()) {
    const index = 2 * mistake + 1;
    expect(recordCallLogs.callLogs[index]).toBeNull();
    expect(recordCallLogs.callLogs[index - 1].responseContent).toBe(`good ${index - 1}`);
    expect(recordCallLogs.rejected[mistake]).toMatchObject({ index, code: 'BAD_USER_INPUT' });
    expect(recordCallLogs.rejected[mistake].message).toContain(placeOf(field, `input[${index}]`));
    expect(recordCallLogs.rejected[mistake].message).toMatch(right);
  }
  const rows = await storedRows();
  expect(rows.map(({ id }) => id).sort()).toEqual(
    recordCallLogs.callLogs.flatMap((call: { id: string } | null) => call?.id ?? []).sort(),
  );
});

test('a batch takes from 1 to 1000 calls', async () => {
  const batch = (length: number) =>
    Array.from({ length }, (_, index) => ({ ...CALL, responseContent: `${index}` }));
  for (const length of [0, 1001]) {
    const { data, errors } = await server.send(RECORD_MANY, { input: batch(length) });
    expect(data).toBeNull();
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument: 'input' } }]);
    expect(errors?.[0]?.message).toContain(`from 1 to 1000 calls, not ${length}`);
  }
  expect(await storedRows()).toEqual([]);
  const { recordCallLogs } = await server.query(RECORD_MANY, { input: batch(1000) });
  expect(recordCallLogs).toMatchObject({ recorded: 1000, rejected: [] });
  expect(recordCallLogs.callLogs.map((call: { responseContent: string }) => call.responseContent)).toEqual(
    Array.from({ length: 1000 }, (_, index) => `${index}`),
  );
  expect(await storedRows()).toHaveLength(1000);
});

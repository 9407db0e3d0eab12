import { expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { CALL, RECORD, useRecordingServer } from './recording-server.js';

const { server, storedRows } = useRecordingServer();

test.each([
  [{ promptTokens: 3, completionTokens: 4 }, 7],
  [{ promptTokens: 0, completionTokens: 0 }, 0],
  [{ tokensUsed: null, promptTokens: 3, completionTokens: 4 }, 7],
  [{ tokensUsed: 5, promptTokens: 3, completionTokens: 4 }, 5],
  [{ tokensUsed: 0, promptTokens: 3, completionTokens: 4 }, 0],
  [{ promptTokens: 3 }, null],
  [{ completionTokens: 4 }, null],
  [{}, null],
])('tokens given as %j are recorded as tokensUsed %j', async (tokens, tokensUsed) => {
  const { recordCallLog } = await server.query(RECORD, { input: { ...CALL, ...tokens } });
  expect(recordCallLog.tokensUsed).toBe(tokensUsed);
  expect(await storedRows()).toMatchObject([{ tokens_used: tokensUsed }]);
});

test('what is left out is recorded as null, and the time as now', async () => {
  const clock = sql<{
    now: string;
  }>`SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.MS') AS now`;
  const before = (await clock.execute(server.database.sql)).rows[0]?.now ?? '';
  const { recordCallLog } = await server.query(RECORD, { input: CALL });
  const after = (await clock.execute(server.database.sql)).rows[0]?.now ?? '';
  const { id, callTime, requestMessages, status, ...rest } = recordCallLog;
  expect(Object.values(rest).filter((value) => value !== null)).toEqual([]);
  expect({ requestMessages, status }).toEqual(CALL);
  expect(callTime.replace('T', ' ').replace('Z', '') >= before).toBe(true);
  expect(callTime.replace('T', ' ').replace('Z', '') <= after).toBe(true);
  const [row] = await storedRows();
  expect(row).toMatchObject({ id, group_id: null, request_params: null, response_data: null });
  expect(String(row?.['call_time']).padEnd(23, '0') >= before).toBe(true);
  expect(String(row?.['call_time']) <= `${after}9`).toBe(true);
});

test('a call made through the proxy is recorded with the config in use, or with none while none is stored', async () => {
  const PROXY = 'mutation ($input: RecordCallLogInput!) { recordProxyCallLog(input: $input) { configId } }';
  await sql`DELETE FROM llm_configs`.execute(server.database.sql);
  expect(await server.query(PROXY, { input: CALL })).toEqual({ recordProxyCallLog: { configId: null } });
  await sql`INSERT INTO llm_configs (id, api_key) VALUES (7, 'sk-7'), (5, 'sk-5'), (9, 'sk-9')`.execute(
    server.database.sql,
  );
  expect(await server.query(PROXY, { input: { ...CALL, configId: null } })).toEqual({
    recordProxyCallLog: { configId: '5' },
  });
  for (const configId of ['5', '7', 'x']) {
    const { data, errors } = await server.send(PROXY, { input: { ...CALL, configId } });
    expect(data).toBeNull();
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument: 'input.configId' } }]);
    expect(errors?.[0]?.message).toContain('must be left out');
  }
  expect(await storedRows()).toMatchObject([{ config_id: null }, { config_id: 5 }]);
  await sql`DELETE FROM llm_configs`.execute(server.database.sql);
});

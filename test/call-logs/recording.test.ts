import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sql } from 'kysely';
import { call } from '../support/call-input-arbitraries.js';
import { canonical } from '../support/canonical-json.js';
import { storableDeep } from '../support/storable.js';
import { CALL, FIELDS, RECORD, useRecordingServer } from './recording-server.js';

const { server, storedRows } = useRecordingServer();

test('every field of a call comes back as it was sent, from the answer, from the log and in the table', async () => {
  await fc.assert(
    fc.asyncProperty(call, async (input) => {
      const expected = storableDeep(input) as typeof input;
      const { recordCallLog } = await server.query(RECORD, { input });
      const { id, model, ...answered } = recordCallLog;
      expect(canonical(answered)).toBe(canonical(expected));
      const { callLog } = await server.query(`query ($id: ID!) { callLog(id: $id) { ${FIELDS} } }`, { id });
      expect(canonical(callLog)).toBe(canonical(recordCallLog));
      expect(model === null || typeof model === 'string').toBe(true);

      const rows = await storedRows();
      const row = rows.find((stored) => stored.id === id);
      const time = expected.callTime.replace('T', ' ').replace(/\.?0*Z$/, '');
      expect(canonical(row)).toBe(
        canonical({
          id,
          config_id: expected.configId === null ? null : Number(expected.configId),
          template_id: expected.templateId === null ? null : Number(expected.templateId),
          group_id: expected.groupId === null ? null : Number(expected.groupId),
          activation_code: expected.activationCode,
          request_messages: expected.requestMessages,
          request_params: expected.requestParams,
          response_content: expected.responseContent,
          response_data: expected.responseData,
          status: expected.status.toLowerCase(),
          error_message: expected.errorMessage,
          tokens_used: expected.tokensUsed,
          prompt_tokens: expected.promptTokens,
          completion_tokens: expected.completionTokens,
          call_time: time,
          duration_ms: expected.durationMs,
        }),
      );
    }),
    { numRuns: 200 },
  );
}, 120_000);

test('an escaped NUL that is only talked about stays as it is', async () => {
  const said = ['\\u0000', '\\\\u0000', 'C:\\ud800', '\\', '\\\\'];
  const input = { ...CALL, requestMessages: said, responseContent: '\\u0000' };
  const { recordCallLog } = await server.query(RECORD, { input });
  expect(recordCallLog.requestMessages).toEqual(said);
  const [row] = await storedRows();
  expect(row).toMatchObject({ request_messages: said, response_content: '\\u0000' });
});

test('values written into the mutation are recorded like those of variables', async () => {
  const { recordCallLog } = await server.query(
    `mutation ($rest: JSON) {
      recordCallLog(input: {
        status: ERROR, requestMessages: { __proto__: [1, 2.5, true, null, "a\\u0000b"], deep: { rest: $rest } }
      }) { status requestMessages }
    }`,
    { rest: { constructor: 'x' } },
  );
  expect(recordCallLog.status).toBe('ERROR');
  expect(canonical(recordCallLog.requestMessages)).toBe(
    '{"__proto__":[1,2.5,true,null,"a\uFFFDb"],"deep":{"rest":{"constructor":"x"}}}',
  );
});

test('messages that another program left as null are none, and keep no list from being read', async () => {
  await sql`INSERT INTO llm_call_logs (request_messages, status, activation_code)
    VALUES ('null', 'success', 'of another')`.execute(server.database.sql);
  const { callLogs } = await server.query(
    '{ callLogs(filter: { activationCode: { eq: "of another" } }) { nodes { requestMessages } } }',
  );
  expect(callLogs.nodes).toEqual([{ requestMessages: [] }]);
});

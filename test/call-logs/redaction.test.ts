import { beforeEach, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { openDatabase } from '../../src/database/database.js';
import { entities } from '../../src/entities.js';
import { useOtherServers } from '../keys/other-servers.js';
import { ROTATE } from '../keys/rotation-server.js';
import { eventually } from '../support/eventually.js';
import { TEST_TOKEN } from '../support/token.js';
import { CALL, FIELDS, RECORD, useRecordingServer } from './recording-server.js';

const { server, storedRows } = useRecordingServer();
const otherServer = useOtherServers();

const KEY = 'sk-proj-Ab1Cd2Ef3Gh4Ij5Kl6Mn7Op8';
/** Of a provider whose keys have no form of their own. */
const FORMLESS = 'company-swordfish';

beforeEach(async () => {
  await sql`TRUNCATE llm_configs, llm_key_rotations RESTART IDENTITY`.execute(server.database.sql);
});

/** Rotates on this server, without a name that would announce the key. */
async function rotate(newApiKey: string): Promise<void> {
  await server.query(ROTATE, { input: { newApiKey, verify: false } });
}

/** The whole table, as text. */
async function stored(): Promise<string> {
  return JSON.stringify(await storedRows());
}

const carrying = (secret: string) => ({
  ...CALL,
  requestMessages: [{ role: 'user', content: `Is ${secret} right?`, [`name of ${secret}`]: 1 }],
  requestParams: { model: 'gpt-4o', headers: { note: secret } },
  responseContent: `No: ${secret}.`,
  responseData: { error: JSON.stringify({ message: `Incorrect: ${secret}` }) },
  errorMessage: `401 Incorrect API key provided: ${secret}. Look at your settings.`,
});

const MUTATIONS: Record<string, (input: object) => [string, object]> = {
  recordCallLog: (input) => [RECORD, { input }],
  recordProxyCallLog: (input) => [
    `mutation ($input: RecordCallLogInput!) { recordProxyCallLog(input: $input) { ${FIELDS} } }`,
    { input },
  ],
  recordCallLogs: (input) => [
    `mutation ($input: [RecordCallLogInput!]!) { recordCallLogs(input: $input) { callLogs { ${FIELDS} } } }`,
    { input: [input] },
  ],
};

test.each(Object.entries(MUTATIONS))(
  '%s stores no key in use, no earlier key, no token and no key of a known form, answers with none, and counts them',
  async (_, mutation) => {
    for (const secret of ['first-swordfish-1', FORMLESS]) await rotate(secret);
    for (const secret of [FORMLESS, 'first-swordfish-1', KEY, TEST_TOKEN]) {
      const { data, errors, extensions } = await server.send(
        ...(mutation(carrying(secret)) as [string, Record<string, unknown>]),
      );
      expect(errors).toBeUndefined();
      expect(extensions).toMatchObject({ redacted: 6 });
      expect(JSON.stringify(data)).not.toContain(secret);
      expect(await stored()).not.toContain(secret);
    }
  },
);

test('all but the secrets is stored as it was sent, and an answer without secrets counts none', async () => {
  const input = carrying(KEY);
  await server.query(RECORD, { input });
  const [row] = await storedRows();
  const expected: unknown = JSON.parse(JSON.stringify(input).replaceAll(KEY, '[redacted: openai key …7Op8]'));
  const { requestMessages, requestParams, responseContent, responseData, errorMessage } =
    expected as typeof input;
  expect(row).toMatchObject({
    ...{ request_messages: requestMessages, request_params: requestParams, response_data: responseData },
    ...{ response_content: responseContent, error_message: errorMessage },
  });
  const { extensions } = await server.send(RECORD, { input: CALL });
  expect(extensions).toBeUndefined();
});

test('a key that another server rotated, or another program wrote, is recognised soon', async () => {
  const database = await openDatabase(server.databaseUrl, entities, 2);
  const second = await otherServer(database);
  const isRedactedBySecond = async (secret: string) => {
    const { extensions } = await second(RECORD, { input: { ...CALL, errorMessage: `said ${secret}` } });
    return extensions?.['redacted'] === 1;
  };
  await rotate('elsewhere-swordfish');
  await eventually(() => isRedactedBySecond('elsewhere-swordfish'));
  await sql`UPDATE llm_configs SET api_key = 'go-swordfish'`.execute(server.database.sql);
  await eventually(() => isRedactedBySecond('go-swordfish'));
  await database.close();
}, 30_000);

test('a key that this server hands out is recognised at once', async () => {
  await sql`INSERT INTO llm_configs (api_key) VALUES ('handed-swordfish')`.execute(server.database.sql);
  expect(await server.query('{ openAIApiKey }')).toEqual({ openAIApiKey: 'handed-swordfish' });
  await server.query(RECORD, { input: { ...CALL, errorMessage: 'said handed-swordfish' } });
  expect(await stored()).toContain('said [redacted: provider key …fish]');
});

test('an activation code with a secret stays within 32 characters', async () => {
  await server.query(RECORD, { input: { ...CALL, activationCode: 'x xox\u0062-123456789012-abcdefghijkl' } });
  await server.query(RECORD, { input: { ...CALL, activationCode: `abc fw_${'a1'.repeat(12)}x` } });
  const codes = (await storedRows()).map((row) => row['activation_code']);
  expect(codes).toEqual(['x [redacted: slack token …ijkl]', '[redacted]']);
});

test('patterns of the operator count, and with REDACT=off calls are stored as they are sent', async () => {
  const { parseOwnPatterns } = await import('../../src/redaction/own-patterns.js');
  const own = await otherServer(server.database, { redactPatterns: parseOwnPatterns('EMP-\\d{4}') });
  const input = { ...CALL, requestParams: { 'EMP-0001': 'by EMP-0002' }, errorMessage: KEY };
  const answer = await own(RECORD, { input });
  expect(answer.extensions).toEqual({ redacted: 3 });
  expect(answer.data.recordCallLog).toMatchObject({
    requestParams: { '[redacted: own pattern]': 'by [redacted: own pattern]' },
    errorMessage: '[redacted: openai key …7Op8]',
  });
  const off = await otherServer(server.database, { redactPatterns: undefined });
  const { data, extensions } = await off(RECORD, { input });
  expect(extensions).toBeUndefined();
  expect(data.recordCallLog).toMatchObject({ requestParams: input.requestParams, errorMessage: KEY });
});

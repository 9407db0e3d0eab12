import { beforeAll, describe, expect, test } from '@jest/globals';
import { migrate } from '../../src/database/migrating/migrate.js';
import { ask, askWith } from '../support/ask.js';
import { useOlderDatabase } from '../support/older-database.js';
import { OLDER_001, OLDER_003 } from '../support/older-schemas.js';
import { CALL, INSERT_CALL, olderStatements, outcomes } from '../support/older-statements.js';

/** How a server is set up that shares the key with the older backend. */
const SHARED = { keyStorage: 'plaintext' } as const;

const REFERRED = `
  INSERT INTO groups (name, "Cost Centre") VALUES ('older', 'C-1'), ('other', 'C-2');
  INSERT INTO llm_prompt_templates (name, template) VALUES ('greeting', 'Say hello');
`;

const CALL_FIELDS = `id activationCode callTime completionTokens configId durationMs errorMessage group { name }
  groupId model promptTokens requestMessages requestParams responseContent responseData status templateId tokensUsed`;

describe.each([
  { made: 'with its first migration', schema: OLDER_001, wide: true },
  { made: 'and simplified afterwards', schema: OLDER_001 + OLDER_003, wide: false },
])("on a database that the older backend made $made, the older backend's statements", ({ schema, wide }) => {
  const unmigrated = useOlderDatabase(schema + REFERRED);
  const migrated = useOlderDatabase(schema + REFERRED);
  let given: unknown[];

  beforeAll(async () => {
    await migrate(migrated.database);
    given = await outcomes(migrated.client, olderStatements({ wide }));
  });

  test('give what they gave before migrating', async () => {
    expect(given).toEqual(await outcomes(unmigrated.client, olderStatements({ wide })));
  });

  test('read and write every column, and the key in the clear', () => {
    const text = Object.entries(CALL).map(([column, value]) => [column, String(value)]);
    const row = { id: '1', ...Object.fromEntries(text), call_time: '2024-05-01 12:00:00.123456' };
    expect(given).toContainEqual({ command: 'SELECT', rowCount: 1, rows: [row] });
    const config = { id: '1', api_key: 'sk-changed-in-the-clear', updated_at: '2024-06-01 00:00:00.5' };
    expect(given).toContainEqual({ command: 'SELECT', rowCount: 1, rows: [expect.objectContaining(config)] });
  });

  test('are answered by the API in full', async () => {
    const [answer] = await ask(
      migrated.database,
      `{
        callLog(id: 1) { ${CALL_FIELDS} }
        callLogs(orderBy: CALL_TIME_ASC, first: 3) { totalCount nodes { status callTime group { name } } }
        llmConfig { id apiKeyHint updatedAt }
      }`,
    );
    expect(answer).toEqual({
      data: {
        callLog: {
          ...{
            id: '1',
            activationCode: 'ABC-123',
            callTime: '2024-05-01T12:00:00.123Z',
            completionTokens: 10,
          },
          ...{ configId: '1', durationMs: 830, errorMessage: '', group: { name: 'older' }, groupId: '1' },
          ...{ model: 'gpt-4', promptTokens: 20, requestMessages: [{ role: 'user', content: '你好' }] },
          ...{ requestParams: { model: 'gpt-4', temperature: 0.2 }, responseContent: 'Hi "there"\n再见' },
          ...{
            responseData: { usage: { total_tokens: 30 } },
            status: 'SUCCESS',
            templateId: '1',
            tokensUsed: 30,
          },
        },
        callLogs: {
          totalCount: 4,
          nodes: [
            { status: 'SUCCESS', callTime: '2024-05-01T12:00:00.123Z', group: { name: 'older' } },
            { status: 'ERROR', callTime: '2024-05-02T00:00:00.000Z', group: { name: 'other' } },
            { status: 'SUCCESS', callTime: '2024-05-03T23:59:59.999Z', group: { name: 'older' } },
          ],
        },
        llmConfig: { id: '1', apiKeyHint: '…lear', updatedAt: '2024-06-01T00:00:00.500Z' },
      },
    });
  });

  test('go on beside writes of the API', async () => {
    const answers = await askWith(
      SHARED,
      migrated.database,
      'mutation { createGroup(name: "ours") { name } }',
      'mutation { recordProxyCallLog(input: { requestMessages: [], status: SUCCESS, groupId: 3 }) { configId groupId } }',
      'mutation { rotateApiKey(input: { newApiKey: "sk-rotated-by-the-api" }) { __typename } }',
    );
    expect(answers).toEqual([
      { data: { createGroup: { name: 'ours' } } },
      { data: { recordProxyCallLog: { configId: '1', groupId: '3' } } },
      { data: { rotateApiKey: { __typename: 'ApiKeyRotated' } } },
    ]);
    const [key, call] = await outcomes(migrated.client, [
      ['SELECT "api_key" FROM "llm_configs" ORDER BY "llm_configs"."id" LIMIT $1', [1]],
      // Without foreign keys, a call of a configuration that is gone can be stored.
      [INSERT_CALL, Object.values({ ...CALL, config_id: 99, template_id: 99 })],
    ]);
    expect(key).toMatchObject({ rows: [{ api_key: 'sk-rotated-by-the-api' }] });
    expect(call).toMatchObject({ command: 'INSERT', rowCount: 1 });
  });

  test('leave no configuration, and the API stores a key beside columns that it does not know', async () => {
    await migrated.client.query('DELETE FROM llm_configs');
    const rotate = 'mutation { rotateApiKey(input: { newApiKey: "sk-brand-new-key" }) { __typename } }';
    expect(await askWith(SHARED, migrated.database, rotate)).toEqual([
      { data: { rotateApiKey: { __typename: 'ApiKeyRotated' } } },
    ]);
    const { rows } = await migrated.client.query('SELECT * FROM llm_configs');
    expect(rows).toEqual([
      expect.objectContaining({ api_key: 'sk-brand-new-key', ...(wide && { provider: null }) }),
    ]);
  });
});

describe('on a database of the older backend', () => {
  const held = useOlderDatabase(OLDER_001);

  test('a call without a time that can be written keeps no list, count or series from being read', async () => {
    await migrate(held.database);
    await held.client.query(`INSERT INTO llm_call_logs (request_messages, status, call_time)
      VALUES ('[]', 'error', NULL), ('[]', 'error', 'infinity'), ('[]', 'error', '-infinity'),
        ('[]', 'error', '12024-01-01'), ('[]', 'error', '0044-03-15 BC'), ('[]', 'error', '2024-05-03')`);
    const [answer] = await ask(
      held.database,
      `{
        callLogs { totalCount nodes { callTime } }
        usage { totals { calls lastCallTime } series(interval: MONTH) { usage { totals { calls } } } }
      }`,
    );
    expect(answer).toEqual({
      data: {
        callLogs: { totalCount: 1, nodes: [{ callTime: '2024-05-03T00:00:00.000Z' }] },
        usage: {
          totals: { calls: 1, lastCallTime: '2024-05-03T00:00:00.000Z' },
          series: [{ usage: { totals: { calls: 1 } } }],
        },
      },
    });
  });
});

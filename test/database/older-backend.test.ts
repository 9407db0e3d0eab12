import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { openDatabase, type Database } from '../../src/database/database.js';
import { migrate } from '../../src/database/migrate.js';
import { createServer } from '../../src/server.js';
import { createTestDatabase, dropTestDatabase } from '../support/database.js';

const CALL_LOG_COLUMNS = [
  ['id', 'bigint', 'NO', "nextval('llm_call_logs_id_seq'::regclass)"],
  ['config_id', 'integer', 'YES', null],
  ['template_id', 'integer', 'YES', null],
  ['group_id', 'integer', 'YES', null],
  ['activation_code', 'character varying(32)', 'YES', null],
  ['request_messages', 'jsonb', 'NO', null],
  ['request_params', 'jsonb', 'YES', null],
  ['response_content', 'text', 'YES', null],
  ['response_data', 'jsonb', 'YES', null],
  ['status', 'character varying(20)', 'NO', null],
  ['error_message', 'text', 'YES', null],
  ['tokens_used', 'integer', 'YES', null],
  ['prompt_tokens', 'integer', 'YES', null],
  ['completion_tokens', 'integer', 'YES', null],
  ['call_time', 'timestamp without time zone', 'YES', 'CURRENT_TIMESTAMP'],
  ['duration_ms', 'integer', 'YES', null],
];
const CONFIG_COLUMNS = [
  ['id', 'integer', 'NO', "nextval('llm_configs_id_seq'::regclass)"],
  ['api_key', 'text', 'NO', null],
  ['updated_at', 'timestamp without time zone', 'YES', 'CURRENT_TIMESTAMP'],
];

/** The schema as an older backend's first migration left it: foreign keys, and a wider llm_configs. */
const OLDER_SCHEMA = `
  CREATE TABLE groups (id SERIAL PRIMARY KEY, name VARCHAR(100) NOT NULL UNIQUE, rank INTEGER);
  CREATE TABLE llm_configs (
    id SERIAL PRIMARY KEY, provider VARCHAR(50) NOT NULL, base_url TEXT NOT NULL, model VARCHAR(100) NOT NULL,
    is_active BOOLEAN NOT NULL DEFAULT true, api_key TEXT NOT NULL,
    updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
  );
  CREATE TABLE llm_prompt_templates (id SERIAL PRIMARY KEY, name VARCHAR(100) NOT NULL, template TEXT NOT NULL);
  CREATE TABLE llm_call_logs (
    id BIGSERIAL PRIMARY KEY,
    config_id INTEGER CONSTRAINT odd_name_1 REFERENCES llm_configs(id),
    template_id INTEGER REFERENCES llm_prompt_templates(id),
    group_id INTEGER REFERENCES groups(id),
    activation_code VARCHAR(32), request_messages JSONB NOT NULL, request_params JSONB, response_content TEXT,
    response_data JSONB, status VARCHAR(20) NOT NULL CHECK (status IN ('success', 'error')), error_message TEXT,
    tokens_used INTEGER, prompt_tokens INTEGER, completion_tokens INTEGER,
    call_time TIMESTAMP DEFAULT CURRENT_TIMESTAMP, duration_ms INTEGER
  );
  INSERT INTO groups (name) VALUES ('older');
  INSERT INTO llm_configs (provider, base_url, model, api_key, updated_at)
    VALUES ('openai', 'https://example.org', 'gpt-4', 'sk-of-the-older-backend', '2024-01-02 03:04:05');
  INSERT INTO llm_prompt_templates (name, template) VALUES ('greeting', 'Say hello');
  INSERT INTO llm_call_logs (config_id, template_id, group_id, request_messages, status, tokens_used, call_time)
    VALUES (1, 1, 1, '[{"role": "user", "content": "hello"}]', 'success', 5, '2024-05-01 12:00:00.123456');
`;

let url: string;
let client: Client;
let database: Database;

async function columnsOf(table: string): Promise<unknown[][]> {
  const { rows } = await client.query<Record<string, unknown>>(
    `SELECT attname, format_type(atttypid, atttypmod) AS type, attnotnull, pg_get_expr(adbin, adrelid) AS preset
     FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
     WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
    [table],
  );
  return rows.map((row) => [row['attname'], row['type'], row['attnotnull'] ? 'NO' : 'YES', row['preset']]);
}

async function foreignKeys(): Promise<string[]> {
  const { rows } = await client.query<{ definition: string }>(
    `SELECT pg_get_constraintdef(oid) AS definition FROM pg_constraint
     WHERE conrelid = 'llm_call_logs'::regclass AND contype = 'f'`,
  );
  return rows.map(({ definition }) => definition);
}

function onDatabaseOf(schema: string): void {
  beforeAll(async () => {
    url = await createTestDatabase({ migrated: false });
    client = new Client({ connectionString: url });
    await client.connect();
    await client.query(schema);
    database = await openDatabase(url, 5);
    await migrate(database);
  });
  afterAll(async () => {
    await database.close();
    await client.end();
    await dropTestDatabase(url);
  });
}

describe('on an empty database', () => {
  onDatabaseOf('');

  test("the log and the configuration get the report's columns, and no others", async () => {
    expect(await columnsOf('llm_call_logs')).toEqual(CALL_LOG_COLUMNS);
    expect(await columnsOf('llm_configs')).toEqual(CONFIG_COLUMNS);
  });

  test('calls refer to groups, and to no configuration and no template', async () => {
    expect(await foreignKeys()).toEqual(['FOREIGN KEY (group_id) REFERENCES groups(id)']);
  });

  test('only success and error are statuses', async () => {
    const insert = "INSERT INTO llm_call_logs (request_messages, status) VALUES ('[]', 'pending')";
    await expect(client.query(insert)).rejects.toThrow('llm_call_logs_status_check');
  });

  test('migrating again changes nothing', async () => {
    expect(await migrate(database)).toEqual([]);
  });
});

describe('on a database that an older backend made', () => {
  onDatabaseOf(OLDER_SCHEMA);

  test('the foreign keys on configuration and template are gone, whatever their names, and the one on group stays', async () => {
    expect(await foreignKeys()).toEqual(['FOREIGN KEY (group_id) REFERENCES groups(id)']);
  });

  test('every row and value is still there, in columns that the product does not know too', async () => {
    const { rows } = await client.query(
      'SELECT provider, base_url, model, is_active, api_key FROM llm_configs',
    );
    expect(rows).toEqual([
      {
        ...{ provider: 'openai', base_url: 'https://example.org', model: 'gpt-4', is_active: true },
        api_key: 'sk-of-the-older-backend',
      },
    ]);
    const templates = await client.query('SELECT * FROM llm_prompt_templates');
    expect(templates.rows).toEqual([{ id: 1, name: 'greeting', template: 'Say hello' }]);
    const calls = await client.query('SELECT id, config_id, template_id, tokens_used FROM llm_call_logs');
    expect(calls.rows).toEqual([{ id: '1', config_id: 1, template_id: 1, tokens_used: 5 }]);
  });

  test("the server reads the older backend's calls and key, and both write side by side", async () => {
    const app = await createServer({ logLevel: 'silent' }, database);
    const ask = async (query: string) => {
      const answer = await app.inject({ method: 'POST', url: '/graphql', payload: { query } });
      return answer.json<{ data: unknown; errors?: unknown }>();
    };
    await client.query(`INSERT INTO llm_call_logs (config_id, request_messages, status, call_time)
      VALUES (99, '[]', 'error', '2024-05-02 12:00:00')`);
    const recorded = await ask(`mutation {
      recordProxyCallLog(input: { requestMessages: [], status: SUCCESS, groupId: 1, callTime: "2024-05-03T00:00:00Z" }) {
        id configId
      }
    }`);
    expect(recorded).toEqual({ data: { recordProxyCallLog: { id: '3', configId: '1' } } });
    const read = await ask(`{
      callLogs { nodes { id callTime status group { name } } }
      usage { byGroup { group { name } usage { totals { calls } } } }
      llmConfig { apiKeyHint updatedAt }
    }`);
    expect(read).toEqual({
      data: {
        callLogs: {
          nodes: [
            { id: '3', callTime: '2024-05-03T00:00:00.000Z', status: 'SUCCESS', group: { name: 'older' } },
            { id: '2', callTime: '2024-05-02T12:00:00.000Z', status: 'ERROR', group: null },
            { id: '1', callTime: '2024-05-01T12:00:00.123Z', status: 'SUCCESS', group: { name: 'older' } },
          ],
        },
        usage: {
          byGroup: [
            { group: { name: 'older' }, usage: { totals: { calls: 2 } } },
            { group: null, usage: { totals: { calls: 1 } } },
          ],
        },
        llmConfig: { apiKeyHint: '…kend', updatedAt: '2024-01-02T03:04:05.000Z' },
      },
    });
    await app.close();
  });

  test('a call without a time that can be written keeps no list, count or series from being read', async () => {
    await client.query(`INSERT INTO llm_call_logs (request_messages, status, call_time)
      VALUES ('[]', 'error', NULL), ('[]', 'error', 'infinity'), ('[]', 'error', '-infinity'),
        ('[]', 'error', '12024-01-01'), ('[]', 'error', '0044-03-15 BC')`);
    const app = await createServer({ logLevel: 'silent' }, database);
    const payload = {
      query: `{
        callLogs { totalCount nodes { callTime } }
        usage { totals { calls lastCallTime } series(interval: MONTH) { usage { totals { calls } } } }
      }`,
    };
    const answer = await app.inject({ method: 'POST', url: '/graphql', payload });
    expect(answer.json()).toMatchObject({
      data: {
        callLogs: { totalCount: 3 },
        usage: {
          totals: { calls: 3, lastCallTime: '2024-05-03T00:00:00.000Z' },
          series: [{ usage: { totals: { calls: 3 } } }],
        },
      },
    });
    await app.close();
  });

  test('a key can be stored where the configuration is empty, beside columns that the product does not know', async () => {
    await client.query('DELETE FROM llm_configs');
    const app = await createServer({ logLevel: 'silent' }, database);
    const payload = {
      query: 'mutation { rotateApiKey(input: { newApiKey: "sk-brand-new-key" }) { __typename } }',
    };
    const answer = await app.inject({ method: 'POST', url: '/graphql', payload });
    expect(answer.json()).toEqual({ data: { rotateApiKey: { __typename: 'ApiKeyRotated' } } });
    expect((await client.query('SELECT api_key, provider FROM llm_configs')).rows).toEqual([
      { api_key: 'sk-brand-new-key', provider: null },
    ]);
    await app.close();
  });
});

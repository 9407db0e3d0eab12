import type { Client } from 'pg';

/** Foreign keys on config_id and template_id, and columns everywhere that the product does not know. */
export const OLDER_001 = `
  CREATE TABLE groups (id SERIAL PRIMARY KEY, name TEXT NOT NULL, "Cost Centre" TEXT NOT NULL, rank INTEGER);
  CREATE TABLE llm_configs (
    id SERIAL PRIMARY KEY, provider VARCHAR(50) NOT NULL, base_url TEXT NOT NULL, model VARCHAR(100) NOT NULL,
    is_active BOOLEAN NOT NULL DEFAULT true, api_key TEXT NOT NULL,
    updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
  );
  CREATE TABLE llm_prompt_templates (id SERIAL PRIMARY KEY, name VARCHAR(100) NOT NULL, template TEXT NOT NULL);
  CREATE TABLE llm_call_logs (
    id BIGSERIAL PRIMARY KEY,
    config_id INTEGER REFERENCES llm_configs(id),
    template_id INTEGER REFERENCES llm_prompt_templates(id),
    group_id INTEGER REFERENCES groups(id),
    activation_code VARCHAR(32),
    request_messages JSONB NOT NULL,
    request_params JSONB,
    response_content TEXT,
    response_data JSONB,
    status VARCHAR(20) NOT NULL CHECK (status IN ('success', 'error')),
    error_message TEXT,
    tokens_used INTEGER,
    prompt_tokens INTEGER,
    completion_tokens INTEGER,
    call_time TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    duration_ms INTEGER
  );
`;

/** What the older backend's own 003 does to it. */
export const OLDER_003 = `
  ALTER TABLE llm_call_logs DROP CONSTRAINT llm_call_logs_config_id_fkey,
    DROP CONSTRAINT llm_call_logs_template_id_fkey;
  ALTER TABLE llm_configs DROP COLUMN provider, DROP COLUMN base_url, DROP COLUMN model, DROP COLUMN is_active;
`;

/** The same by other names, with two indexes that migrating would make, and a column more in the log. */
export const OTHER_NAMES = `
  ALTER TABLE llm_call_logs RENAME CONSTRAINT llm_call_logs_pkey TO "PK of the log";
  ALTER TABLE llm_call_logs RENAME CONSTRAINT llm_call_logs_status_check TO chk_llm_call_logs_status;
  ALTER TABLE llm_call_logs RENAME CONSTRAINT llm_call_logs_group_id_fkey TO fk_llm_call_logs_group;
  ALTER TABLE llm_call_logs RENAME CONSTRAINT llm_call_logs_config_id_fkey TO "fk ""config""; --";
  ALTER TABLE llm_configs RENAME CONSTRAINT llm_configs_pkey TO llm_configs_primary;
  ALTER TABLE llm_call_logs ADD COLUMN "trace ""id""" TEXT NOT NULL DEFAULT 'none';
  ALTER TABLE llm_call_logs ALTER COLUMN "trace ""id""" DROP DEFAULT;
  CREATE INDEX idx_llm_call_logs_time ON llm_call_logs (call_time DESC, id DESC);
  CREATE INDEX idx_llm_call_logs_model ON llm_call_logs (
    left(coalesce(request_params ->> 'model', response_data ->> 'model'), 200), call_time DESC, id DESC
  );
`;

/** Rows with what is rare in each column: nulls, ends of ranges, other scripts, quotes, empty values. */
export const ODD_ROWS = `
  INSERT INTO groups (id, name, "Cost Centre", rank) VALUES
    (1, 'older', 'C-1', 1), (2, '客服中心 🚀', '', NULL), (2147483647, '"; DROP TABLE groups; --', E'\\\\\\n', -1);
  INSERT INTO llm_configs (id, provider, base_url, model, is_active, api_key, updated_at) VALUES
    (1, 'openai', 'https://example.org', 'gpt-4', true, 'sk-of-the-older-backend', '2024-01-02 03:04:05.678901'),
    (2, '', '', '', false, '', NULL);
  INSERT INTO llm_prompt_templates (name, template) VALUES ('greeting', 'Say hello'), ('', '');
  INSERT INTO llm_call_logs (config_id, template_id, group_id, activation_code, request_messages, request_params,
    response_content, response_data, status, error_message, tokens_used, prompt_tokens, completion_tokens,
    call_time, duration_ms)
  VALUES
    (1, 1, 1, 'ABC-123', '[{"role": "user", "content": "hello"}]', '{"model": "gpt-4", "temperature": 0.20}', 'Hi!',
      '{"usage": {"total_tokens": 5}}', 'success', NULL, 5, 3, 2, '2024-05-01 12:00:00.123456', 830),
    (NULL, NULL, NULL, NULL, '[]', NULL, NULL, NULL, 'error', NULL, NULL, NULL, NULL, NULL, NULL),
    (2, 2, 2147483647, '', '""', 'null', '', '{}', 'error', '', 0, 0, 0, 'infinity', 0),
    (2, NULL, 2, '激活码-三十二个字符', '[{"role": "user", "content": "你好，世界 🚀 \\ud83d\\ude80"}]', '{"模型": "通义"}',
      E'行一\\n行二\\t\\x01\\u2028', '{"a\\"b\\\\c": "\\u001f\\u2028"}', 'success', '超时', 2147483647, -2147483648, -1,
      '-infinity', -2147483648),
    (1, NULL, 1, repeat('x', 32), '{"content": 12345678901234567890.12345678901234567890}', '[1e300, -0.0, 1.10]',
      repeat('长 text ', 20000), '[[[[]]]]', 'success', E'\\\\''"', 1, 1, 1, '0044-03-15 BC', 2147483647),
    (1, 1, 1, NULL, '[null]', '{"model": null}', NULL, '{"model": "of the response"}', 'error', 'late', 1, 2, 3,
      '294276-12-31 23:59:59.999999', 1);
  INSERT INTO llm_call_logs (id, request_messages, status, call_time) VALUES
    (9007199254740993, '[]', 'success', '2024-05-02 00:00:00'), (9223372036854775807, '[]', 'error', '1970-01-01'),
    (0, '[]', 'error', '2024-02-29 23:59:60'), (-1, '[]', 'success', '2024-03-10 02:30:00');
`;

/** Leaves what an interrupted CREATE INDEX CONCURRENTLY leaves. Two rows of the log at least. */
export async function leaveInvalidIndex(client: Client, name: string): Promise<void> {
  await client
    .query(`CREATE UNIQUE INDEX CONCURRENTLY ${name} ON llm_call_logs ((1))`)
    .catch((error: unknown) => {
      if ((error as { code?: string }).code !== '23505') throw error;
    });
}

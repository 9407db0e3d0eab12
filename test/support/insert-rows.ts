import { sql } from 'kysely';
import type { Database } from '../../src/database/database.js';
import type { ModelRow } from './call-log-model.js';

/** Makes the table hold exactly these rows, past the product's own recording. Groups 1 to 3 are there. */
export async function replaceRows({ sql: kysely }: Database, rows: ModelRow[]): Promise<void> {
  await sql`TRUNCATE llm_call_logs RESTART IDENTITY`.execute(kysely);
  await sql`INSERT INTO groups (id, name) VALUES (1, 'one'), (2, 'two'), (3, 'three')
    ON CONFLICT DO NOTHING`.execute(kysely);
  await sql`SELECT setval('groups_id_seq', 100)`.execute(kysely);
  for (const row of rows) {
    await sql`
      INSERT INTO llm_call_logs (id, config_id, template_id, group_id, activation_code, request_messages,
        request_params, response_content, response_data, status, error_message, tokens_used, prompt_tokens,
        completion_tokens, call_time, duration_ms)
      VALUES (${row.id}, ${row.configId}, ${row.templateId}, ${row.groupId}, ${row.activationCode},
        ${JSON.stringify(row.requestMessages)}, ${json(row.requestParams)}, ${row.responseContent},
        ${json(row.responseData)}, ${row.status}, ${row.errorMessage}, ${row.tokensUsed},
        ${row.promptTokens}, ${row.completionTokens}, ${row.callTime.replace('Z', '')}, ${row.durationMs})`.execute(
      kysely,
    );
  }
  await sql`SELECT setval('llm_call_logs_id_seq', ${rows.length + 1})`.execute(kysely);
}

function json(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value);
}

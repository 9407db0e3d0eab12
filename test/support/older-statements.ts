import type { Client } from 'pg';

/** A call as the older backend writes it; JSON as text, in the order of its columns. */
export const CALL = {
  config_id: 1,
  template_id: 1,
  group_id: 1,
  activation_code: 'ABC-123',
  request_messages: '[{"role": "user", "content": "你好"}]',
  request_params: '{"model": "gpt-4", "temperature": 0.2}',
  response_content: 'Hi "there"\n再见',
  response_data: '{"usage": {"total_tokens": 30}}',
  status: 'success',
  error_message: '',
  tokens_used: 30,
  prompt_tokens: 20,
  completion_tokens: 10,
  duration_ms: 830,
};

const COLUMNS = Object.keys(CALL);
const quoted = (columns: string[]) => columns.map((column) => `"${column}"`).join(',');
const holders = (columns: string[]) => columns.map((_, index) => `$${index + 1}`).join(',');
const insert = (columns: string[]) =>
  `INSERT INTO "llm_call_logs" (${quoted(columns)}) VALUES (${holders(columns)}) RETURNING "id"`;

export const INSERT_CALL = insert(COLUMNS);
const INSERT_CALL_AT = insert([...COLUMNS, 'call_time']);

const EVERY_COLUMN = quoted(['id', ...COLUMNS, 'call_time']);

/** The older backend's statements with their values, in the order it might send them. */
export function olderStatements({ wide }: { wide: boolean }): [string, unknown[]][] {
  const failed = { ...CALL, group_id: 2, status: 'error', error_message: '超时', response_data: null };
  const wideConfig =
    'INSERT INTO "llm_configs" ("provider","base_url","model","is_active","api_key","updated_at")';
  return [
    wide
      ? [
          `${wideConfig} VALUES ($1,$2,$3,$4,$5,$6) RETURNING "id"`,
          ['openai', 'https://example.org', 'gpt-4', true, 'sk-written-in-the-clear', '2024-01-02 03:04:05'],
        ]
      : [
          'INSERT INTO "llm_configs" ("api_key","updated_at") VALUES ($1,$2) RETURNING "id"',
          ['sk-written-in-the-clear', '2024-01-02 03:04:05'],
        ],
    ['SELECT * FROM "llm_configs" ORDER BY "llm_configs"."id" LIMIT $1', [1]],
    [INSERT_CALL_AT, [...Object.values(CALL), '2024-05-01 12:00:00.123456']],
    [INSERT_CALL_AT, [...Object.values(failed), '2024-05-02 00:00:00']],
    [INSERT_CALL_AT, [...Object.values({ ...CALL, duration_ms: null }), '2024-05-03 23:59:59.999999']],
    [`SELECT ${EVERY_COLUMN} FROM "llm_call_logs" WHERE "id" = $1`, ['1']],
    [
      `SELECT * FROM "llm_call_logs" WHERE group_id = $1 AND status = $2 ORDER BY call_time DESC LIMIT $3 OFFSET $4`,
      [1, 'success', 1, 1],
    ],
    ['SELECT count(*) FROM "llm_call_logs" WHERE group_id = $1 AND status = $2', [1, 'success']],
    [
      'SELECT * FROM "llm_call_logs" WHERE activation_code = $1 AND call_time >= $2 AND call_time < $3 ORDER BY id DESC LIMIT $4',
      ['ABC-123', '2024-05-02', '2024-05-04', 10],
    ],
    [
      'UPDATE "llm_configs" SET "api_key"=$1,"updated_at"=$2 WHERE "id" = $3',
      ['sk-changed-in-the-clear', '2024-06-01 00:00:00.5', 1],
    ],
    ['SELECT * FROM "llm_configs" ORDER BY "llm_configs"."id" LIMIT $1', [1]],
    [`INSERT INTO "llm_call_logs" ("request_messages","status") VALUES ($1,$2)`, ['[]', 'pending']],
    [
      `INSERT INTO "llm_call_logs" ("request_messages","status","group_id") VALUES ($1,$2,$3)`,
      ['[]', 'error', 99],
    ],
    [INSERT_CALL, Object.values(CALL)],
    [
      'SELECT "id","call_time" IS NOT NULL AS "timed" FROM "llm_call_logs" WHERE "call_time" > $1',
      ['2025-01-01'],
    ],
  ];
}

/** What the statements give: the command, how many rows, and the rows as PostgreSQL writes them, or an error's code. */
export async function outcomes(client: Client, statements: [string, unknown[]][]): Promise<unknown[]> {
  const all: unknown[] = [];
  for (const [text, values] of statements) {
    all.push(
      await client.query({ text, values, types: { getTypeParser: () => (value: unknown) => value } }).then(
        ({ command, rowCount, rows }) => ({ command, rowCount, rows: rows as unknown }),
        (error: unknown) => (error as { code: string }).code,
      ),
    );
  }
  return all;
}

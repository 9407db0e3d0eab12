import { beforeAll, beforeEach } from '@jest/globals';
import { sql } from 'kysely';
import { useTestServer, type TestServer } from '../support/server.js';

/** Every field of a call. */
export const FIELDS = `id configId templateId groupId activationCode requestMessages requestParams responseContent
  responseData status errorMessage tokensUsed promptTokens completionTokens callTime durationMs model`;

export const RECORD = `mutation ($input: RecordCallLogInput!) { recordCallLog(input: $input) { ${FIELDS} } }`;
export const RECORD_ID = 'mutation ($input: RecordCallLogInput!) { recordCallLog(input: $input) { id } }';
export const RECORD_MANY = `mutation ($input: [RecordCallLogInput!]!) {
  recordCallLogs(input: $input) { recorded callLogs { id responseContent } rejected { index code message } }
}`;

/** The least that a call must have. */
export const CALL = { requestMessages: [{ role: 'user', content: 'hello' }], status: 'SUCCESS' };

interface StoredRow {
  [column: string]: unknown;
  id: string;
}

interface Recording {
  server: TestServer;
  /** The rows of the table by number, times as text. */
  storedRows: () => Promise<StoredRow[]>;
}

/** A server with groups 1 and 2, whose log is empty before each test. */
export function useRecordingServer(): Recording {
  const server = useTestServer();
  beforeAll(async () => {
    await sql`INSERT INTO groups (id, name) VALUES (1, 'one'), (2, 'two')`.execute(server.database.sql);
  });
  beforeEach(async () => {
    await sql`TRUNCATE llm_call_logs`.execute(server.database.sql);
  });
  const storedRows = async () => {
    const rows = await sql<StoredRow>`
      SELECT *, call_time::text AS call_time FROM llm_call_logs ORDER BY id`.execute(server.database.sql);
    return rows.rows;
  };
  return { server, storedRows };
}

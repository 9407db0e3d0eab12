import { beforeAll } from '@jest/globals';
import { sql } from 'kysely';
import { useTestServer, type TestServer } from '../support/server.js';

/** A server with one group, one stored key and one call, all of them number 1. */
export function useServerWithOneCall(): TestServer {
  const server = useTestServer();
  beforeAll(async () => {
    await sql`INSERT INTO groups (name) VALUES ('one')`.execute(server.database.sql);
    await sql`INSERT INTO llm_configs (api_key) VALUES ('sk-1')`.execute(server.database.sql);
    await sql`INSERT INTO llm_call_logs (request_messages, status, duration_ms, group_id)
      VALUES ('[]', 'success', 5, 1)`.execute(server.database.sql);
  });
  return server;
}

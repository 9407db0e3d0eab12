import { afterAll, beforeAll } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { sql } from 'kysely';
import { hashOf } from '../../src/access/token-secret.js';
import { openDatabase, type Database } from '../../src/database/database.js';
import { entities } from '../../src/entities.js';
import { createServer } from '../../src/server.js';
import type { TestServer } from '../support/server.js';
import { bearer } from '../support/token.js';
import { TEST_CONFIG } from '../support/test-config.js';

export const VIEWER = '{ viewer { name } }';

/** Another server on the database, with connections of its own. */
export interface SecondServer {
  database: Database;
  /** How it answers a caller. */
  statusOf: (token: string) => Promise<number>;
}

export function useSecondServer(server: TestServer): SecondServer {
  const second = {} as SecondServer;
  let app: FastifyInstance;
  beforeAll(async () => {
    second.database = await openDatabase(server.databaseUrl, entities, 4);
    app = await createServer(TEST_CONFIG, second.database);
  });
  afterAll(async () => {
    await app.close();
    await second.database.close();
  });
  second.statusOf = async (token) => {
    const payload = { query: VIEWER };
    return (await app.inject({ method: 'POST', url: '/graphql', headers: bearer(token), payload }))
      .statusCode;
  };
  return second;
}

/** The row of a token, the time as text. */
export async function storedToken(
  { database }: TestServer,
  token: string,
): Promise<{ id: string; last_used_at: string | null }> {
  const { rows } = await sql<{ id: string; last_used_at: string | null }>`
    SELECT id, last_used_at::text FROM llm_access_tokens WHERE token_hash = ${hashOf(token)}`.execute(
    database.sql,
  );
  return rows[0]!;
}

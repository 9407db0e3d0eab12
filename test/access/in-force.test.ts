import { expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { hashOf } from '../../src/access/token-secret.js';
import { eventually } from '../support/eventually.js';
import { useTestServer } from '../support/server.js';
import { newToken } from '../support/token.js';
import { storedToken, useSecondServer } from './second-server.js';

const server = useTestServer();
const second = useSecondServer(server);

test('a token that one server revokes is refused by another within 5 seconds, while it is in use there', async () => {
  const token = await newToken(server.database);
  expect(await second.statusOf(token)).toBe(200);
  const { id } = await storedToken(server, token);
  await server.query(`mutation { revokeAccessToken(id: ${id}) { id } }`);
  const revokedAt = performance.now();
  await eventually(async () => (await second.statusOf(token)) === 401);
  expect(performance.now() - revokedAt).toBeLessThan(5_000);
});

test('a token is refused from the moment on that it expires', async () => {
  const expiresAt = Date.now() + 1_500;
  const token = await newToken(server.database, {
    expiresAt: new Date(expiresAt).toISOString().replace('T', ' ').replace('Z', ''),
  });
  expect(await second.statusOf(token)).toBe(200);
  await eventually(async () => (await second.statusOf(token)) === 401);
  expect(Date.now() - expiresAt).toBeGreaterThanOrEqual(0);
  expect(Date.now() - expiresAt).toBeLessThan(500);
});

test('a token that is made while it is refused is taken at once', async () => {
  const token = await newToken(server.database);
  await sql`UPDATE llm_access_tokens SET token_hash = 'away' WHERE token_hash = ${hashOf(token)}`.execute(
    server.database.sql,
  );
  expect(await second.statusOf(token)).toBe(401);
  await sql`UPDATE llm_access_tokens SET token_hash = ${hashOf(token)} WHERE token_hash = 'away'`.execute(
    server.database.sql,
  );
  expect(await second.statusOf(token)).toBe(200);
});

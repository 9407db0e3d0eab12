import { expect, jest, test } from '@jest/globals';
import { sql } from 'kysely';
import { hashOf } from '../../src/access/token-secret.js';
import { useTestServer } from '../support/server.js';
import { newToken } from '../support/token.js';
import { storedToken, useSecondServer } from './second-server.js';

const server = useTestServer();
const second = useSecondServer(server);

/** What time it is for both servers, until the test ends. */
function setClock(time: number): void {
  jest.spyOn(Date, 'now').mockReturnValue(time);
}

test('a token that one server revokes is refused by another within 5 seconds, while it is in use there', async () => {
  const token = await newToken(server.database);
  expect(await second.statusOf(token)).toBe(200);
  const { id } = await storedToken(server, token);
  await server.query(`mutation { revokeAccessToken(id: ${id}) { id } }`);
  setClock(Date.now() + 5_000);
  expect(await second.statusOf(token)).toBe(401);
});

test('a token is refused from the moment on that it expires', async () => {
  const expiresAt = Date.now() + 60_000;
  const token = await newToken(server.database, {
    expiresAt: new Date(expiresAt).toISOString().replace('T', ' ').replace('Z', ''),
  });
  setClock(expiresAt - 1);
  expect(await second.statusOf(token)).toBe(200);
  setClock(expiresAt);
  expect(await second.statusOf(token)).toBe(401);
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

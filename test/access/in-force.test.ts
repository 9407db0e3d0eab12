import { describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { hashOf } from '../../src/access/token-secret.js';
import { HOUR_MS, isPast, momentIn, passTime, stepClock } from '../support/clock.js';
import { eventually } from '../support/eventually.js';
import { useTestServer } from '../support/server.js';
import { newToken } from '../support/token.js';
import { storedToken, useSecondServer } from './second-server.js';

const server = useTestServer();
const second = useSecondServer(server);

describe.each([
  ['', 0],
  [', also when its clock steps back by an hour meanwhile', -HOUR_MS],
  [', also when its clock steps ahead by 25 hours meanwhile', 25 * HOUR_MS],
])('while it is in use there%s', (_, step) => {
  test('a token that one server revokes is refused by another within 5 seconds', async () => {
    const token = await newToken(server.database);
    expect(await second.statusOf(token)).toBe(200);
    const { id } = await storedToken(server, token);
    stepClock(step);
    await server.query(`mutation { revokeAccessToken(id: ${id}) { id } }`);
    passTime(5_000);
    expect(await second.statusOf(token)).toBe(401);
  });

  test('a token is refused from the moment on that it expires by the clock of the database', async () => {
    const expiresAt = await momentIn(server.database, 1_500);
    const token = await newToken(server.database, { expiresAt });
    expect(await second.statusOf(token)).toBe(200);
    stepClock(step);
    await eventually(async () => {
      const isOver = await isPast(server.database, expiresAt);
      const status = await second.statusOf(token);
      if (isOver) expect(status).toBe(401);
      else if (!(await isPast(server.database, expiresAt))) expect(status).toBe(200);
      return isOver;
    });
  });
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

import { describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { verifyRollups } from '../src/usage/rollups/verify.js';
import { ensureFirstToken } from '../src/access/first-start.js';
import { forgetOldKeys } from '../src/call-logs/recording/idempotency.js';
import { createServer } from '../src/server.js';
import { HOUR_MS, momentIn, passTime, stepClock } from './support/clock.js';
import { eventually } from './support/eventually.js';
import { inSeconds, useIdentityProvider } from './support/identity-provider.js';
import { useTestServer } from './support/server.js';
import { TEST_CONFIG } from './support/test-config.js';
import { bearer, newToken } from './support/token.js';

const provider = useIdentityProvider();
const server = useTestServer(() => ({ identityProvider: provider.config }));

/** Seconds between a time and now, by the clock of the database; `time` is SQL for one time. */
async function secondsFromNow(time: string): Promise<number> {
  const { rows } = await sql<{ seconds: number }>`
    SELECT abs(extract(epoch FROM now() AT TIME ZONE 'UTC' - ${sql.raw(time)}))::double precision AS seconds`.execute(
    server.database.sql,
  );
  return rows[0]!.seconds;
}

/** Less than any step of a clock here, and more than a test takes. */
const NEAR_SECONDS = 600;

describe.each([
  ['an hour behind', -HOUR_MS],
  ['25 hours ahead', 25 * HOUR_MS],
])('a server whose clock is %s', (_, step) => {
  test('writes the times of the database', async () => {
    stepClock(step);
    const { createAccessToken } = await server.query(
      'mutation { createAccessToken(input: { name: "a", scopes: [LOGS_WRITE] }) { secret accessToken { id } } }',
    );
    const { id } = createAccessToken.accessToken;
    const token = `(SELECT %I FROM llm_access_tokens WHERE id = ${id})`;
    await server.query(
      'mutation { recordCallLog(input: { status: SUCCESS, requestMessages: [] }) { id } }',
      {},
      createAccessToken.secret,
    );
    await server.query(`mutation { revokeAccessToken(id: ${id}) { id } }`);
    await server.query(
      `mutation { rotateApiKey(input: { newApiKey: "sk-${id}-0123456789", verify: false }) { __typename } }`,
    );
    await verifyRollups(server.database, {}, 1, () => undefined);
    await eventually(async () => {
      const { rows } = await sql<{ used: boolean }>`
        SELECT last_used_at IS NOT NULL AS used FROM llm_access_tokens WHERE id = ${id}::bigint`.execute(
        server.database.sql,
      );
      return rows[0]?.used;
    });
    for (const time of [
      ...['created_at', 'last_used_at', 'revoked_at'].map((column) => token.replace('%I', column)),
      '(SELECT call_time FROM llm_call_logs ORDER BY id DESC LIMIT 1)',
      '(SELECT updated_at FROM llm_configs ORDER BY id LIMIT 1)',
      '(SELECT rotated_at FROM llm_key_rotations ORDER BY id DESC LIMIT 1)',
      '(SELECT verified_at FROM llm_usage_state)',
    ]) {
      expect({ time, isNear: (await secondsFromNow(time)) < NEAR_SECONDS }).toEqual({ time, isNear: true });
    }
  });

  test('makes tokens that expire in the future of the database, and no others', async () => {
    const CREATE =
      'mutation ($expiresAt: DateTime!) { createAccessToken(input: { name: "a", scopes: [LOGS_READ], expiresAt: $expiresAt }) { secret } }';
    const rfc3339 = (moment: string) => `${moment.replace(' ', 'T')}Z`;
    const soon = rfc3339(await momentIn(server.database, 60_000));
    const past = rfc3339(await momentIn(server.database, -60_000));
    stepClock(step);
    const made = await server.query(CREATE, { expiresAt: soon });
    expect((await server.send('{ viewer { name } }', {}, made.createAccessToken.secret)).status).toBe(200);
    const { errors } = await server.send(CREATE, { expiresAt: past });
    expect(errors).toMatchObject([{ message: 'input.expiresAt must be in the future.' }]);
  });

  test('makes no first token while one is in force, and makes one when it is not', async () => {
    await sql`UPDATE llm_access_tokens SET expires_at = ${await momentIn(server.database, 60_000)}::timestamp`.execute(
      server.database.sql,
    );
    stepClock(step);
    expect(await ensureFirstToken(server.database)).toBeUndefined();
    await sql`UPDATE llm_access_tokens SET expires_at = ${await momentIn(server.database, -60_000)}::timestamp`.execute(
      server.database.sql,
    );
    expect(await ensureFirstToken(server.database)).toMatch(/^lcl_/);
    await sql`UPDATE llm_access_tokens SET expires_at = NULL`.execute(server.database.sql);
  });
});

test('who made too many requests may go on after a minute, though the clock stepped back by an hour', async () => {
  const app = await createServer({ ...TEST_CONFIG, http: { rate: 1 } }, server.database);
  const headers = bearer(await newToken(server.database));
  const ask = () => app.inject({ url: '/graphql?query={__typename}', headers });
  expect([(await ask()).statusCode, (await ask()).statusCode]).toEqual([200, 429]);
  stepClock(-HOUR_MS);
  expect(Number((await ask()).headers['retry-after'])).toBeLessThanOrEqual(60);
  passTime(61_000);
  expect((await ask()).statusCode).toBe(200);
  await app.close();
});

test('a key that the identity provider has withdrawn works for no hour more when the clock steps back', async () => {
  const statusOf = async (token: string) => (await server.send('{ viewer { name } }', {}, token)).status;
  const claims = { exp: inSeconds(100_000) };
  const [token, later] = [await provider.sign(claims), await provider.sign({ ...claims, name: 'later' })];
  expect(await statusOf(token)).toBe(200);
  await provider.rollOver();
  stepClock(-HOUR_MS);
  passTime(HOUR_MS + 1_000);
  expect(await statusOf(later)).toBe(401);
});

test('keys are kept for 24 hours by the clock of the database, whatever that of a server is', async () => {
  const record = async (key: string) => {
    const { recordCallLog } = await server.query(
      'mutation ($key: String!) { recordCallLog(input: { status: SUCCESS, requestMessages: [], idempotencyKey: $key }) { id } }',
      { key },
    );
    return recordCallLog.id as string;
  };
  const fresh = await record('fresh');
  stepClock(25 * HOUR_MS);
  await forgetOldKeys(server.database.sql);
  expect(await record('fresh')).toBe(fresh);
  const ahead = await record('ahead');
  stepClock(-HOUR_MS);
  expect(await record('ahead')).toBe(ahead);
  await sql`UPDATE llm_call_log_idempotency_keys SET created_at = created_at - interval '24 hours 1 second'`.execute(
    server.database.sql,
  );
  expect(await record('ahead')).not.toBe(ahead);
  await forgetOldKeys(server.database.sql);
  expect(await record('fresh')).not.toBe(fresh);
});

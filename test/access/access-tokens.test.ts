import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { createHash } from 'node:crypto';
import { Scope } from '../../src/access/scope.js';
import { useTestServer } from '../support/server.js';
import { newToken, TEST_TOKEN } from '../support/token.js';

const server = useTestServer();

const FIELDS = 'id name scopes groupIds createdAt expiresAt lastUsedAt revokedAt';
const CREATE = `mutation ($input: CreateAccessTokenInput!) {
  createAccessToken(input: $input) { secret accessToken { ${FIELDS} } } }`;
const REVOKE = `mutation ($id: ID!) { revokeAccessToken(id: $id) { ${FIELDS} } }`;
const LIST = `{ accessTokens { ${FIELDS} } }`;
const ASKED = { name: 'dashboard', scopes: ['LOGS_READ'] };

beforeAll(async () => {
  await sql`INSERT INTO groups (id, name) VALUES (1, 'one'), (2, 'two'), (3, 'three')`.execute(
    server.database.sql,
  );
});

beforeEach(async () => {
  await sql`DELETE FROM llm_access_tokens WHERE name <> 'tests'`.execute(server.database.sql);
});

async function stored(): Promise<Record<string, unknown>[]> {
  const { rows } = await sql<Record<string, unknown>>`
    SELECT * FROM llm_access_tokens WHERE name <> 'tests' ORDER BY id`.execute(server.database.sql);
  return rows;
}

describe('a new access token', () => {
  test('is answered once with its secret, listed without it, and signs its bearer in', async () => {
    const asked = {
      ...{ name: '  数据 🙂 ', scopes: ['ADMIN', 'LOGS_READ', 'ADMIN'], groupIds: ['03', '1', '3'] },
      expiresAt: '2099-01-01T08:00:00+08:00',
    };
    const { createAccessToken } = await server.query(CREATE, { input: asked });
    const { secret, accessToken } = createAccessToken;
    expect(secret).toMatch(/^lcl_[\w-]{43}$/);
    expect(accessToken).toEqual({
      ...{ id: expect.stringMatching(/^\d+$/), name: '数据 🙂', scopes: ['LOGS_READ', 'ADMIN'] },
      ...{ groupIds: ['1', '3'], createdAt: expect.any(String), expiresAt: '2099-01-01T00:00:00.000Z' },
      ...{ lastUsedAt: null, revokedAt: null },
    });
    expect(Math.abs(Date.parse(accessToken.createdAt) - Date.now())).toBeLessThan(60_000);
    expect((await server.query(LIST)).accessTokens[0]).toEqual(accessToken);
    const { viewer } = await server.query('{ viewer { name scopes groupIds } }', {}, secret);
    expect(viewer).toEqual({ name: '数据 🙂', scopes: ['LOGS_READ', 'ADMIN'], groupIds: ['1', '3'] });
  });

  test('is in the database as its SHA-256 alone', async () => {
    const { createAccessToken } = await server.query(CREATE, { input: ASKED });
    const { secret } = createAccessToken as { secret: string };
    const [row] = await stored();
    expect(row?.['token_hash']).toBe(createHash('sha256').update(secret).digest('hex'));
    expect(row).toMatchObject({ name: 'dashboard', scopes: ['logs:read'], group_ids: null });
    const { rows: tables } = await sql<{ name: string }>`
      SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`.execute(
      server.database.sql,
    );
    for (const { name } of tables) {
      const { rows } = await sql<{ line: string }>`
        SELECT whole::text AS line FROM ${sql.table(name)} AS whole`.execute(server.database.sql);
      for (const { line } of rows) expect(line).not.toContain(secret.slice(4, 20));
    }
    expect(tables.length).toBeGreaterThan(6);
  });

  test('is another each time', async () => {
    const secrets = new Set<string>();
    for (let count = 0; count < 10; count++) {
      secrets.add((await server.query(CREATE, { input: ASKED })).createAccessToken.secret);
    }
    expect(secrets.size).toBe(10);
  });

  test.each([
    ['input.name', { name: '' }, /from 1 to 255 characters/],
    ['input.name', { name: ' \u3000\t' }, /from 1 to 255 characters/],
    ['input.name', { name: '数'.repeat(256) }, /from 1 to 255 characters/],
    ['input.name', { name: 'one\ntwo' }, /must not contain control characters/],
    ['input.scopes', { scopes: [] }, /at least one scope/],
    ['input.groupIds', { groupIds: [] }, /from 1 to 1000 groups; leave it out for all/],
    ['input.groupIds', { groupIds: ['1', '9', '4'] }, /there is no group 4, 9/],
    ['input.groupIds', { groupIds: ['one'] }, /must be a whole number/],
    ['input.groupIds', { groupIds: ['2147483648'] }, /must be at most 2147483647/],
    ['input.expiresAt', { expiresAt: '2026-01-01T00:00:00Z' }, /must be in the future/],
  ])('is refused for %s of %j', async (argument, wrong, right) => {
    const { data, errors } = await server.send(CREATE, { input: { ...ASKED, ...wrong } });
    expect(data).toBeNull();
    expect(errors).toMatchObject([
      { path: ['createAccessToken'], extensions: { code: 'BAD_USER_INPUT', argument } },
    ]);
    expect(errors?.[0]?.message).toMatch(right);
    expect(await stored()).toEqual([]);
  });

  test('may have a name of 255 characters, and no groups and no end where these are null', async () => {
    const input = { ...ASKED, name: '🙂'.repeat(255), groupIds: null, expiresAt: null };
    const { createAccessToken } = await server.query(CREATE, { input });
    expect(createAccessToken.accessToken).toMatchObject({
      name: input.name,
      groupIds: null,
      expiresAt: null,
    });
  });

  test('of KEYS_READ is made by an admin, who lacks it', async () => {
    const admin = await newToken(server.database, { scopes: [Scope.ADMIN] });
    const input = { ...ASKED, scopes: ['KEYS_READ'] };
    const { createAccessToken } = await server.query(CREATE, { input }, admin);
    const { viewer } = await server.query('{ viewer { scopes } }', {}, createAccessToken.secret);
    expect(viewer).toEqual({ scopes: ['KEYS_READ'] });
  });
});

describe('revoking', () => {
  test('keeps the time of the first time', async () => {
    const { createAccessToken } = await server.query(CREATE, { input: ASKED });
    const { id } = createAccessToken.accessToken as { id: string };
    const first = (await server.query(REVOKE, { id })).revokeAccessToken;
    expect(first).toEqual({ ...createAccessToken.accessToken, revokedAt: expect.any(String) });
    expect(Math.abs(Date.parse(first.revokedAt) - Date.now())).toBeLessThan(60_000);
    expect((await server.query(REVOKE, { id })).revokeAccessToken).toEqual(first);
    expect((await server.query(LIST)).accessTokens).toContainEqual(first);
    const { status, errors } = await server.send(LIST, {}, createAccessToken.secret);
    expect(status).toBe(401);
    expect(errors?.[0]?.message).toBe('The access token was revoked.');
  });

  test.each(['0', '9223372036854775807', 'x', ''])('a token of number %j is refused', async (id) => {
    const { data, errors } = await server.send(REVOKE, { id });
    expect(data).toBeNull();
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument: 'id' } }]);
  });
});

test('tokens are listed newest first, revoked and expired ones too', async () => {
  for (const name of ['a', 'b', 'c']) await newToken(server.database, { name });
  await sql`UPDATE llm_access_tokens SET expires_at = '2026-01-01' WHERE name = 'b'`.execute(
    server.database.sql,
  );
  await sql`UPDATE llm_access_tokens SET revoked_at = '2026-01-01' WHERE name = 'c'`.execute(
    server.database.sql,
  );
  const { accessTokens } = await server.query(LIST);
  expect(accessTokens.map(({ name }: { name: string }) => name)).toEqual(['c', 'b', 'a', 'tests']);
});

describe('an admin who is limited to groups', () => {
  let limited: string;
  beforeEach(async () => {
    limited = await newToken(server.database, {
      name: 'limited',
      scopes: [Scope.ADMIN],
      groupIds: ['1', '2'],
    });
  });

  test.each([[['1']], [['2', '1']]])('makes tokens of the groups %j', async (groupIds) => {
    const { createAccessToken } = await server.query(CREATE, { input: { ...ASKED, groupIds } }, limited);
    expect(createAccessToken.accessToken.groupIds).toEqual([...groupIds].sort());
  });

  test.each([
    [undefined, /must be given: your own token is limited to groups 1, 2/],
    [null, /must be given/],
    [['3'], /among the groups that your own token is limited to: 1, 2/],
    [['1', '3'], /among the groups/],
    [['1', '99'], /among the groups/],
  ])('makes none of the groups %j', async (groupIds, right) => {
    const { data, errors } = await server.send(CREATE, { input: { ...ASKED, groupIds } }, limited);
    expect(data).toBeNull();
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', argument: 'input.groupIds' } }]);
    expect(errors?.[0]?.message).toMatch(right);
    expect(await stored()).toHaveLength(1);
  });

  test('sees and revokes the tokens of its groups and no others', async () => {
    await newToken(server.database, { name: 'own', groupIds: ['2'] });
    await newToken(server.database, { name: 'wider', groupIds: ['2', '3'] });
    const { accessTokens } = await server.query(LIST, {}, limited);
    expect(accessTokens.map(({ name }: { name: string }) => name)).toEqual(['own', 'limited']);
    await server.query(REVOKE, { id: accessTokens[0].id }, limited);

    const all = (await server.query(LIST)).accessTokens as { id: string; name: string }[];
    for (const { id } of all.filter(({ name }) => name === 'wider' || name === 'tests')) {
      const { errors } = await server.send(REVOKE, { id }, limited);
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument: 'id' } }]);
    }
    expect((await server.send(LIST, {}, TEST_TOKEN)).status).toBe(200);
  });
});

import { beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { inSeconds, useIdentityProvider, type Claims } from '../support/identity-provider.js';
import { useTestServer } from '../support/server.js';

const provider = useIdentityProvider();
const server = useTestServer(() => ({ identityProvider: provider.config }));

const VIEWER = '{ viewer { name scopes groupIds } }';

beforeAll(async () => {
  await sql`INSERT INTO groups (id, name) VALUES (1, 'one'), (2, 'two')`.execute(server.database.sql);
});

async function viewer(claims: Claims): Promise<unknown> {
  return (await server.query(VIEWER, {}, await provider.sign(claims))).viewer;
}

async function refusal(token: string): Promise<string> {
  const { status, errors } = await server.send(VIEWER, {}, token);
  expect({ status, code: errors?.[0]?.extensions['code'] }).toEqual({ status: 401, code: 'UNAUTHENTICATED' });
  return errors![0]!.message;
}

describe('the claims of a JWT', () => {
  test.each([
    [{ scope: 'logs:read keys:rotate' }, ['LOGS_READ', 'KEYS_ROTATE']],
    [{ scope: ['admin', 'openid'] }, ['ADMIN']],
    [{ scope: 'openid  profile LOGS_READ' }, []],
    [{ scope: '' }, []],
    [{}, []],
  ])('%j give the scopes %j, and others of other services are passed over', async (claims, scopes) => {
    expect(await viewer(claims)).toEqual({ name: 'somebody', scopes, groupIds: null });
  });

  test.each([
    [
      [1, '2', '02'],
      ['1', '2'],
    ],
    [[], []],
    [undefined, null],
  ])('group_ids %j limit to the groups %j', async (group_ids, groupIds) => {
    expect(await viewer({ group_ids, scope: 'logs:read' })).toMatchObject({ groupIds });
  });

  test('an empty list of groups shows nothing', async () => {
    const token = await provider.sign({ scope: 'logs:read', group_ids: [] });
    const { groups, callLogs } = await server.query(
      '{ groups { totalCount } callLogs { totalCount } }',
      {},
      token,
    );
    expect([groups.totalCount, callLogs.totalCount]).toEqual([0, 0]);
  });

  test.each([null, '1', 1, { 1: true }, [1.5], [-1], ['x'], [null], [[1]], [2 ** 31], [true]])(
    'group_ids %j is refused, and not taken for all groups',
    async (group_ids) => {
      expect(await refusal(await provider.sign({ group_ids }))).toMatch(/group_ids of the JWT is malformed/);
    },
  );

  test.each([1, { admin: true }, ['admin', 1], true])('scope %j is refused', async (scope) => {
    expect(await refusal(await provider.sign({ scope }))).toMatch(/scope of the JWT is malformed/);
  });

  test.each([
    [{ name: 'Ada', email: 'ada@example.com', sub: '1' }, 'Ada'],
    [{ name: ' ', email: 'ada@example.com', sub: '1' }, 'ada@example.com'],
    [{ name: 7, sub: '1' }, '1'],
    [{ name: 'x'.repeat(300) }, 'x'.repeat(255)],
  ])('%j name the caller %j', async (claims, name) => {
    expect(await viewer(claims)).toMatchObject({ name });
  });

  test('one that names nobody is refused', async () => {
    expect(await refusal(await provider.sign({ sub: undefined }))).toMatch(/does not say whose it is/);
  });

  test('the name stands in the audit trail of keys', async () => {
    const token = await provider.sign({ name: 'Ada', scope: 'keys:rotate' });
    const { rotateApiKey } = await server.query(
      `mutation { rotateApiKey(input: { newApiKey: "sk-of-ada", verify: false }) {
        ... on ApiKeyRotated { config { rotations { rotatedBy } } } } }`,
      {},
      token,
    );
    expect(rotateApiKey.config.rotations).toEqual([{ rotatedBy: 'Ada' }]);
  });
});

describe('a JWT is refused', () => {
  test.each([
    ['that has expired', { exp: inSeconds(-30) }, /has expired/],
    ['that does not expire', { exp: undefined }, /does not say when it expires/],
    ['that is not valid yet', { nbf: inSeconds(60) }, /not valid yet/],
    ['of another issuer', { iss: 'https://id.example.org' }, /another issuer/],
    ['of no issuer', { iss: undefined }, /another issuer/],
    ['for another audience', { aud: ['another', 'one more'] }, /another audience/],
    ['for no audience', { aud: undefined }, /another audience/],
  ])('%s', async (_, claims, wrong) => {
    expect(await refusal(await provider.sign(claims))).toMatch(wrong);
  });

  test('whose signature was tampered with', async () => {
    const [header, , signature] = (await provider.sign({ scope: 'logs:read' })).split('.');
    const [, payload] = (await provider.sign({ scope: 'admin' })).split('.');
    expect(await refusal([header, payload, signature].join('.'))).toMatch(/signature of the JWT is wrong/);
  });

  test('that is not signed, or with the public key as a shared secret', async () => {
    expect(await refusal(provider.unsigned())).toMatch(/algorithm that is not allowed/);
    expect(await refusal(await provider.signWithPublicKey())).toMatch(/algorithm that is not allowed/);
  });

  test.each(['a.b.c', 'a.b', 'eyJhbGciOiJFUzI1NiJ9', 'x'.repeat(2000)])('that is none: %s', async (token) => {
    expect(await refusal(token)).toMatch(/malformed/);
  });
});

test('clocks that differ by a few seconds do no harm, and one among several audiences is enough', async () => {
  await viewer({ exp: inSeconds(-2) });
  await viewer({ nbf: inSeconds(3) });
  await viewer({ aud: ['another', provider.config.audience] });
});

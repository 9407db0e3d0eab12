import { beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { Scope } from '../../src/access/scope.js';
import { hashOf } from '../../src/access/token-secret.js';
import { createSchema } from '../../src/schema.js';
import { inSeconds, useIdentityProvider } from '../support/identity-provider.js';
import { useTestServer } from '../support/server.js';
import { newToken } from '../support/token.js';
import { MATRIX, SCOPE_NAMES, wordFor, type Row } from './matrix.js';

const provider = useIdentityProvider();
const server = useTestServer(() => ({ identityProvider: provider.config }));

interface Kind {
  scope: Scope;
  groupIds: string[] | null;
}

/** One of each scope, of all groups and limited to group 1, in the order of a row's answers. */
const KINDS: Kind[] = SCOPE_NAMES.flatMap((name) =>
  [null, ['1']].map((groupIds) => ({ scope: Scope[name], groupIds })),
);

const claimsOf = ({ scope, groupIds }: Kind) => ({
  scope: `openid ${scope}`,
  ...(groupIds && { group_ids: groupIds }),
});

async function tokenThat(kind: Kind, change: string): Promise<string> {
  const secret = await newToken(server.database, { scopes: [kind.scope], groupIds: kind.groupIds });
  await sql`UPDATE llm_access_tokens SET ${sql.raw(change)} WHERE token_hash = ${hashOf(secret)}`.execute(
    server.database.sql,
  );
  return secret;
}

/** What callers of each kind can send that is good. */
const GOOD: Record<string, (kind: Kind) => Promise<string>> = {
  'an access token': (kind) => newToken(server.database, { scopes: [kind.scope], groupIds: kind.groupIds }),
  'a JWT': (kind) => provider.sign(claimsOf(kind)),
};

/** What they can send that is not. */
const BAD: Record<string, (kind: Kind) => Promise<string | null>> = {
  'no token': () => Promise.resolve(null),
  'an access token that has expired': (kind) => tokenThat(kind, `expires_at = '2026-01-01'`),
  'an access token that was revoked': (kind) => tokenThat(kind, `revoked_at = '2026-01-01'`),
  'half an access token': async (kind) => (await GOOD['an access token']!(kind)).slice(0, 20),
  'an access token of another server': () => Promise.resolve(`lcl_${'x'.repeat(43)}`),
  'a word': () => Promise.resolve('admin'),
  'a JWT that has expired': (kind) => provider.sign({ ...claimsOf(kind), exp: inSeconds(-60) }),
  'a JWT for another audience': (kind) => provider.sign({ ...claimsOf(kind), aud: 'another' }),
  'a JWT without a signature': (kind) => Promise.resolve(provider.unsigned(claimsOf(kind))),
  'a JWT signed by HS256 with the public key': (kind) => provider.signWithPublicKey(claimsOf(kind)),
};

let call: string;
let requests = 0;

beforeAll(async () => {
  await sql`INSERT INTO groups (id, name) VALUES (1, 'own'), (2, 'other')`.execute(server.database.sql);
  await sql`SELECT setval('groups_id_seq', 10)`.execute(server.database.sql);
  const { rows } = await sql<{ id: string }>`
    INSERT INTO llm_call_logs (group_id, request_messages, status, activation_code)
    VALUES (1, '[]', 'success', 'matrix'), (NULL, '[]', 'success', 'matrix'), (2, '[]', 'success', 'matrix')
    RETURNING id`.execute(server.database.sql);
  call = rows[2]!.id;
});

/** The number of a token to work on. */
async function newTarget(): Promise<string> {
  const target = await newToken(server.database);
  const { rows } = await sql<{ id: string }>`
    SELECT id FROM llm_access_tokens WHERE token_hash = ${hashOf(target)}`.execute(server.database.sql);
  return rows[0]!.id;
}

/** The words of the answers to callers of all kinds. */
async function answersOf(
  row: Row,
  tokens: (string | null)[],
  target: () => Promise<string>,
): Promise<string> {
  const words: string[] = [];
  for (const token of tokens) {
    requests += 1;
    const operation = row.operation({ call, token: await target(), unique: `number-${requests}` });
    words.push(wordFor(row, await server.send(operation, {}, token)));
  }
  const pairs = SCOPE_NAMES.map((_, index) => words.slice(index * 2, index * 2 + 2).join('|'));
  return pairs.join('  ');
}

test('every field of Query and Mutation has a row', async () => {
  const schema = await createSchema();
  const fields = [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
    Object.keys(type?.getFields() ?? {}).map((field) => `${type?.name}.${field}`),
  );
  expect(Object.keys(MATRIX).sort()).toEqual(fields.sort());
});

describe.each(Object.entries(GOOD))('with %s', (_, make) => {
  let tokens: string[];
  beforeAll(async () => {
    tokens = await Promise.all(KINDS.map(make));
  });

  test.each(Object.entries(MATRIX))('%s answers each caller as the matrix says', async (_, row) => {
    expect(await answersOf(row, tokens, newTarget)).toBe(row.answers);
  });
});

describe.each(Object.entries(BAD))('with %s', (_, make) => {
  let tokens: (string | null)[];
  let target: string;
  beforeAll(async () => {
    tokens = await Promise.all(KINDS.map(make));
    target = await newTarget();
  });

  test.each(Object.entries(MATRIX))('%s answers nobody', async (_, row) => {
    const nobody = SCOPE_NAMES.map(() => 'UNAUTHENTICATED|UNAUTHENTICATED').join('  ');
    expect(await answersOf(row, tokens, () => Promise.resolve(target))).toBe(nobody);
  });
});

import { beforeAll, describe, expect, test } from '@jest/globals';
import { buildSchema, GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql';
import { sql } from 'kysely';
import { once } from 'node:events';
import { connect } from 'node:net';
import { protectFields } from '../../src/access/needs.js';
import { Scope } from '../../src/access/scope.js';
import { useTestServer } from '../support/server.js';
import { bearer, newToken, TEST_TOKEN } from '../support/token.js';

const server = useTestServer();

async function knock(path: string, init: RequestInit = {}) {
  const response = await fetch(`${server.url}${path}`, { redirect: 'manual', ...init });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

const query = ({ authorization }: { authorization?: string | undefined }): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...(authorization !== undefined && { authorization }) },
  body: '{"query":"{ viewer { name } }"}',
});

const HALF = `lcl_${'x'.repeat(20)}`;
const UNKNOWN = `lcl_${'x'.repeat(43)}`;

describe('a request without a good token', () => {
  test.each([
    [{ authorization: undefined }, /^A token is needed/],
    [{ authorization: '' }, /Authorization is malformed/],
    [{ authorization: TEST_TOKEN }, /Authorization is malformed/],
    [{ authorization: `Basic ${TEST_TOKEN}` }, /Authorization is malformed/],
    [{ authorization: 'Bearer' }, /Authorization is malformed/],
    [{ authorization: `Bearer ${TEST_TOKEN} ${TEST_TOKEN}` }, /Authorization is malformed/],
    [{ authorization: `Bearer ${TEST_TOKEN}, Bearer ${TEST_TOKEN}` }, /Authorization is malformed/],
    [bearer(HALF), /access token is malformed/],
    [bearer(`${TEST_TOKEN}x`), /access token is malformed/],
    [bearer(UNKNOWN), /access token is unknown/],
    [bearer('admin'), /no access token of this server/],
    [bearer('eyJhbGciOiJub25lIn0.e30.'), /no access token of this server/],
  ])('with %j is answered with 401, a challenge, and what is wrong', async (headers, wrong) => {
    const { status, headers: answered, text } = await knock('/graphql', query(headers));
    expect(status).toBe(401);
    expect(answered.get('content-type')).toBe('application/json; charset=utf-8');
    const body = JSON.parse(text) as { errors: { message: string }[] };
    expect(body).toEqual({
      errors: [{ message: expect.stringMatching(wrong), extensions: { code: 'UNAUTHENTICATED' } }],
    });
    const told =
      headers.authorization === undefined
        ? ''
        : `, error="invalid_token", error_description="${body.errors[0]?.message}"`;
    expect(answered.get('www-authenticate')).toBe(`Bearer realm="llm-call-log"${told}`);
    expect(text).not.toMatch(/xxxx|eyJ/);
    expect(text).not.toContain(TEST_TOKEN);
  });

  test.each(['bearer', 'BEARER', 'Bearer  '])('is none where the scheme is written %j', async (scheme) => {
    expect((await knock('/graphql', query({ authorization: `${scheme} ${TEST_TOKEN}` }))).status).toBe(200);
  });

  test('is refused before its body is read', async () => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.write(
      'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 16000000\r\n\r\n{',
    );
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 401 /);
    socket.destroy();
  });

  test('is refused by whatever method it comes, and however broken it is', async () => {
    for (const method of ['GET', 'POST', 'OPTIONS', 'HEAD']) {
      expect((await knock('/graphql?query={viewer{name}}', { method })).status).toBe(401);
    }
    const broken = { method: 'POST', headers: { 'content-type': 'text/plain' }, body: '{' };
    expect((await knock('/graphql', broken)).status).toBe(401);
  });
});

test('health checks and the page of GraphiQL need no token', async () => {
  expect((await knock('/livez')).status).toBe(200);
  expect((await knock('/readyz')).status).toBe(200);
  const page = await knock('/graphql', { headers: { accept: 'text/html' } });
  expect(page.status).toBe(200);
  for (const [, asset] of page.text.matchAll(/"\.(\/graphql\/assets\/[^"]+)"/g)) {
    expect((await knock(asset!)).status).toBe(200);
  }
});

describe('a token that lacks a scope', () => {
  let writer: string;
  beforeAll(async () => {
    await sql`INSERT INTO groups (id, name) VALUES (1, 'one')`.execute(server.database.sql);
    writer = await newToken(server.database, { scopes: [Scope.LOGS_WRITE] });
  });

  test('is told the scopes of which one would do, at the place of the field, and the rest is answered', async () => {
    expect(await server.send('{ mine: viewer { scopes } config: llmConfig { id } }', {}, writer)).toEqual({
      status: 200,
      data: { mine: { scopes: ['LOGS_WRITE'] }, config: null },
      errors: [
        {
          message: 'This needs a token with the scope KEYS_READ or KEYS_ROTATE or ADMIN.',
          path: ['config'],
          locations: expect.anything(),
          extensions: { code: 'FORBIDDEN', scopes: ['KEYS_READ', 'KEYS_ROTATE', 'ADMIN'] },
        },
      ],
    });
  });

  test('gets no data at all where the field is never null', async () => {
    const { status, data, errors } = await server.send(
      '{ viewer { name } groups { totalCount } }',
      {},
      writer,
    );
    expect({ status, data }).toEqual({ status: 200, data: null });
    expect(errors).toMatchObject([
      { path: ['groups'], extensions: { code: 'FORBIDDEN', scopes: ['LOGS_READ', 'ADMIN'] } },
    ]);
  });

  test.each([
    'usage { totals { calls } }',
    'callLogs { totalCount }',
    'callLogs { nodes { id } }',
    'callLogs { usage { totals { calls } } }',
  ])('reads no calls of others through the group of a call that it recorded: %s', async (below) => {
    const record = `mutation { recordCallLog(input: { groupId: 1, requestMessages: [], status: SUCCESS }) {
      id group { id name ${below} } } }`;
    const { data, errors } = await server.send(record, {}, writer);
    expect(data).toEqual({ recordCallLog: { id: expect.any(String), group: null } });
    expect(errors).toMatchObject([
      { path: ['recordCallLog', 'group', /^\w+/.exec(below)![0]], extensions: { code: 'FORBIDDEN' } },
    ]);
    const many = `mutation { recordCallLogs(input: [{ groupId: 1, requestMessages: [], status: SUCCESS }]) {
      callLogs { group { ${below} } } } }`;
    expect((await server.send(many, {}, writer)).data).toEqual({
      recordCallLogs: { callLogs: [{ group: null }] },
    });
  });

  test('is answered the group of a call that it recorded', async () => {
    const record = `mutation { recordCallLog(input: { groupId: 1, requestMessages: [], status: SUCCESS }) {
      group { id name } } }`;
    const { recordCallLog } = await server.query(record, {}, writer);
    expect(recordCallLog).toEqual({ group: { id: '1', name: 'one' } });
  });
});

describe('a schema', () => {
  const text = { type: GraphQLString };

  test('with a field of Query or Mutation that does not say what it needs is refused by name', () => {
    expect(() => protectFields(buildSchema('type Query { a: Int b: Int } type Mutation { c: Int }'))).toThrow(
      'These fields do not declare which scopes they need: Query.a, Query.b, Mutation.c.',
    );
  });

  test('says in the descriptions what its fields need', () => {
    const needing = (...needs: Scope[]) => ({ ...text, description: 'Some text.', extensions: { needs } });
    const query = new GraphQLObjectType({
      name: 'Query',
      fields: { any: needing(), one: needing(Scope.KEYS_READ), two: needing(Scope.LOGS_READ) },
    });
    const fields = Object.values(protectFields(new GraphQLSchema({ query })).getQueryType()!.getFields());
    expect(fields.map(({ description }) => description)).toEqual([
      'Some text. Any token will do.',
      'Some text. Needs the scope KEYS_READ.',
      'Some text. Needs the scope LOGS_READ or ADMIN.',
    ]);
  });
});

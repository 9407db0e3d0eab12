import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { Scope } from '../../src/access/scope.js';
import { useTestServer } from '../support/server.js';
import { newToken } from '../support/token.js';

const server = useTestServer();

/** Callers of all scopes that are limited to groups. */
let ofOne: string;
let ofBoth: string;
let writer: string;

beforeAll(async () => {
  await sql`INSERT INTO groups (id, name) VALUES (1, 'one'), (2, 'two'), (3, 'three')`.execute(
    server.database.sql,
  );
  ofOne = await newToken(server.database, { groupIds: ['1'] });
  ofBoth = await newToken(server.database, { groupIds: ['1', '2'] });
  writer = await newToken(server.database, { scopes: [Scope.LOGS_WRITE] });
});

beforeEach(async () => {
  await sql`TRUNCATE llm_call_logs, llm_call_log_idempotency_keys RESTART IDENTITY`.execute(
    server.database.sql,
  );
  await sql`INSERT INTO llm_call_logs (group_id, request_messages, response_content, status, tokens_used)
    VALUES (1, '["mine"]', 'mine', 'success', 1), (2, '["theirs"]', 'theirs', 'error', 10),
      (3, '["others"]', 'others', 'success', 100), (NULL, '["nobody''s"]', 'nobody''s', 'success', 1000)`.execute(
    server.database.sql,
  );
});

async function storedGroups(): Promise<(number | null)[]> {
  const { rows } = await sql<{ group_id: number | null }>`
    SELECT group_id FROM llm_call_logs WHERE id > 4 ORDER BY id`.execute(server.database.sql);
  return rows.map((row) => row.group_id);
}

const CALL = { requestMessages: [], status: 'SUCCESS' };
const RECORD =
  'mutation ($input: RecordCallLogInput!) { recordCallLog(input: $input) { id groupId responseContent } }';
const RECORD_PROXY = RECORD.replace('recordCallLog(', 'recordProxyCallLog(');
const RECORD_MANY = `mutation ($input: [RecordCallLogInput!]!) {
  recordCallLogs(input: $input) { recorded callLogs { groupId } rejected { index code message } } }`;

describe('a caller limited to groups', () => {
  test('finds a call or a group of others no more than one that is not there', async () => {
    const { a, b, c, d, e, f } = await server.query(
      `{ a: callLog(id: 1) { id } b: callLog(id: 2) { id } c: callLog(id: 4) { id }
        d: group(id: 1) { name } e: group(id: 2) { name } f: group(id: 99) { name } }`,
      {},
      ofOne,
    );
    expect([a, b, c, d, e, f]).toEqual([{ id: '1' }, null, null, { name: 'one' }, null, null]);
  });

  test.each([
    'groupId: { eq: 2 }',
    'groupId: { in: [2, 3] }',
    'groupId: { isNull: true }',
    'groupId: { ne: 1 }',
    'groupId: { notIn: [1] }',
    'not: { groupId: { eq: 1 } }',
    'or: [{ groupId: { eq: 2 } }, { groupId: { eq: 3 } }, { groupId: { isNull: true } }]',
    'and: [{ or: [{ id: { gt: 1 } }] }]'.replace('gt: 1', 'in: [2, 3, 4]'),
    'or: [{ not: { and: [{ groupId: { eq: 1 } }] } }]',
    'text: "others"',
    'tokensUsed: { gt: 1 }',
  ])('sees nothing of others by the filter { %s }', async (filter) => {
    const answer = await server.query(
      `{ callLogs(filter: { ${filter} }) { totalCount nodes { id } usage { totals { calls tokensUsed } } }
        usage(filter: { ${filter} }) { totals { calls } byGroup { group { name } } byStatus { status } }
        group(id: 1) { usage(filter: { ${filter} }) { totals { calls } }
          callLogs(filter: { ${filter} }) { totalCount nodes { id } } }
        groups { nodes { name usage(filter: { ${filter} }) { totals { calls } } } } }`,
      {},
      ofOne,
    );
    const none = { totals: { calls: 0 } };
    expect(answer).toEqual({
      callLogs: { totalCount: 0, nodes: [], usage: { totals: { calls: 0, tokensUsed: 0 } } },
      usage: { ...none, byGroup: [], byStatus: [] },
      group: { usage: none, callLogs: { totalCount: 0, nodes: [] } },
      groups: { nodes: [{ name: 'one', usage: none }] },
    });
  });

  test('sees its own calls from the cursor of a caller who saw more', async () => {
    const page = '{ callLogs(orderBy: TOKENS_USED_DESC) { edges { cursor } } groups { edges { cursor } } }';
    const { callLogs, groups } = await server.query(page);
    const from = `query ($call: String, $group: String) {
      callLogs(orderBy: TOKENS_USED_DESC, after: $call) { nodes { id } totalCount
        pageInfo { hasPreviousPage hasNextPage } }
      groups(after: $group) { nodes { id } totalCount pageInfo { hasPreviousPage } } }`;
    const cursors = { call: callLogs.edges[1].cursor, group: groups.edges[1].cursor };
    expect(await server.query(from, cursors, ofBoth)).toEqual({
      callLogs: {
        ...{ nodes: [{ id: '2' }, { id: '1' }], totalCount: 2 },
        pageInfo: { hasPreviousPage: false, hasNextPage: false },
      },
      groups: { nodes: [{ id: '2' }], totalCount: 2, pageInfo: { hasPreviousPage: true } },
    });
  });

  test.each([
    ['another group', { groupId: '2' }],
    ['a group that is not there', { groupId: '99' }],
    ['no group', {}],
    ['no group, said outright', { groupId: null }],
  ])('records no call into %s, and is told nothing of that group', async (_, where) => {
    const input = { ...CALL, ...where };
    const message = 'input.groupId must be among the groups that your token is limited to: 1.';
    for (const record of [RECORD, RECORD_PROXY]) {
      const { data, errors } = await server.send(record, { input }, ofOne);
      expect(data).toBeNull();
      expect(errors).toMatchObject([
        { message, extensions: { code: 'FORBIDDEN', argument: 'input.groupId' } },
      ]);
    }
    expect(await storedGroups()).toEqual([]);
  });

  test('records those calls of many that are of its groups, and is told of the others', async () => {
    const input = [{ groupId: '1' }, { groupId: '2' }, {}, { groupId: '01' }].map((where) => ({
      ...CALL,
      ...where,
    }));
    const { recordCallLogs } = await server.query(RECORD_MANY, { input }, ofOne);
    expect(recordCallLogs).toEqual({
      recorded: 2,
      callLogs: [{ groupId: '1' }, null, null, { groupId: '1' }],
      rejected: [1, 2].map((index) => ({
        ...{ index, code: 'FORBIDDEN' },
        message: `input[${index}].groupId must be among the groups that your token is limited to: 1.`,
      })),
    });
    expect(await storedGroups()).toEqual([1, 1]);
  });

  test('learns of no group of others by the name of a new one', async () => {
    const create = 'mutation ($name: String!) { createGroup(name: $name) { usage { totals { calls } } } }';
    const { errors } = await server.send(create, { name: 'two' }, ofOne);
    expect(errors?.[0]?.message).toBe('name must not be taken; a group is already called "two".');
  });
});

describe('an idempotency key', () => {
  test('of another caller records a call, and shows none of the other', async () => {
    const first = { ...CALL, groupId: '2', responseContent: 'secret', idempotencyKey: 'same' };
    const { recordCallLog: one } = await server.query(RECORD, { input: first });
    for (const [token, groupId] of [
      [ofOne, '1'],
      [ofBoth, '2'],
      [writer, '2'],
    ] as const) {
      const input = { ...first, groupId, responseContent: 'own' };
      const { recordCallLog } = await server.query(RECORD, { input }, token);
      expect(recordCallLog).toEqual({ id: expect.any(String), groupId, responseContent: 'own' });
      expect(recordCallLog.id).not.toBe(one.id);
      expect(await server.query(RECORD, { input }, token)).toEqual({ recordCallLog });
    }
    expect((await server.query(RECORD, { input: first })).recordCallLog).toEqual(one);
    expect(await storedGroups()).toEqual([2, 1, 2, 2]);
  });

  test('of the same caller answers the first call, and is of no other group', async () => {
    const first = { ...CALL, groupId: '1', responseContent: 'first', idempotencyKey: 'same' };
    const one = await server.query(RECORD, { input: first }, ofBoth);
    expect(await server.query(RECORD, { input: first }, ofBoth)).toEqual(one);
    const other = await server.send(RECORD, { input: { ...first, groupId: '2' } }, ofBoth);
    expect(other.errors).toMatchObject([{ extensions: { code: 'IDEMPOTENCY_CONFLICT' } }]);
    const { errors } = await server.send(RECORD, { input: { ...first, groupId: '3' } }, ofBoth);
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect(await storedGroups()).toEqual([1]);
  });

  test('does not meet the key of another caller by what it is made of', async () => {
    const { id } = (await server.query('{ accessTokens { id } }')).accessTokens[0];
    const keys = ['x', `token:${id} x`, ' x', 'x '];
    for (const idempotencyKey of keys) {
      await server.query(RECORD, { input: { ...CALL, groupId: '1', idempotencyKey } }, ofBoth);
      await server.query(RECORD, { input: { ...CALL, groupId: '1', idempotencyKey } }, writer);
    }
    expect(await storedGroups()).toHaveLength(2 * keys.length);
  });
});

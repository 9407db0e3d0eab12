import { beforeEach, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { createServer } from '../../src/server.js';
import { useTestServer } from '../support/server.js';
import { TEST_CONFIG } from '../support/test-config.js';
import { bearer } from '../support/token.js';

const server = useTestServer();

beforeEach(async () => {
  await sql`TRUNCATE groups RESTART IDENTITY CASCADE`.execute(server.database.sql);
});

const CREATE = 'mutation ($name: String!) { createGroup(name: $name) { id name } }';

async function storedGroups() {
  return (await sql`SELECT id, name FROM groups ORDER BY id`.execute(server.database.sql)).rows;
}

async function expectRefused(name: string, right: RegExp) {
  const before = await storedGroups();
  const { data, errors } = await server.send(CREATE, { name });
  expect(data).toBeNull();
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument: 'name' } }]);
  expect(errors?.[0]?.message).toMatch(right);
  expect(await storedGroups()).toEqual(before);
}

test('a group that was made is found by its number and in the list, and calls can be recorded for it', async () => {
  const { createGroup } = await server.query(CREATE, { name: '数据 team 🙂' });
  expect(createGroup).toEqual({ id: '1', name: '数据 team 🙂' });
  const { group, groups } = await server.query(
    'query ($id: ID!) { group(id: $id) { id name } groups { totalCount nodes { id name } edges { node { id } } } }',
    { id: createGroup.id },
  );
  expect(group).toEqual(createGroup);
  expect(groups).toEqual({ totalCount: 1, nodes: [createGroup], edges: [{ node: { id: '1' } }] });
  expect(await storedGroups()).toEqual([{ id: 1, name: '数据 team 🙂' }]);

  await server.query(
    `mutation ($id: ID!) { recordCallLog(input: { groupId: $id, requestMessages: [], status: SUCCESS, tokensUsed: 5 }) { id } }`,
    { id: createGroup.id },
  );
  const { group: used } = await server.query(
    '{ group(id: 1) { callLogs { totalCount nodes { group { name } } } usage { totals { tokensUsed } } } }',
  );
  expect(used).toEqual({
    callLogs: { totalCount: 1, nodes: [{ group: { name: '数据 team 🙂' } }] },
    usage: { totals: { tokensUsed: 5 } },
  });
});

test('white space around a name is cut off, and that inside it stays', async () => {
  const { createGroup } = await server.query(CREATE, { name: ' \t\u3000data  science\u00a0\n' });
  expect(createGroup.name).toBe('data  science');
  expect(await storedGroups()).toEqual([{ id: 1, name: 'data  science' }]);
});

test.each(['', ' ', '\t\n', '\u3000\u00a0'])('the blank name %j is refused', async (name) => {
  await expectRefused(name, /from 1 to 255 characters/);
});

test('a name of 255 characters is taken in any script, and one of 256 is refused', async () => {
  for (const character of ['a', '数', '🙂']) {
    const name = character.repeat(255);
    expect((await server.query(CREATE, { name })).createGroup.name).toBe(name);
    await expectRefused(character.repeat(256), /from 1 to 255 characters/);
  }
  expect(await storedGroups()).toHaveLength(3);
});

test('a name that is taken is refused, with white space around it as well, and the answer names its group', async () => {
  await server.query(CREATE, { name: 'first' });
  await server.query(CREATE, { name: 'data' });
  await expectRefused('data', /group 2 is already called "data"/);
  await expectRefused('  data ', /group 2 is already called "data"/);
  expect((await server.query(CREATE, { name: 'Data' })).createGroup.name).toBe('Data');
});

test('a name that another program gave twice is refused, too', async () => {
  await sql`INSERT INTO groups (name) VALUES ('twice'), ('twice')`.execute(server.database.sql);
  await expectRefused('twice', /is already called "twice"/);
});

test('characters that the database cannot store are replaced in a name', async () => {
  const { createGroup } = await server.query(CREATE, { name: 'a\0b\ud800c' });
  expect(createGroup.name).toBe('a\uFFFDb\uFFFDc');
  await expectRefused('a\0b\ud800c', /is already called/);
});

test('quotes, backslashes and dollar signs in a name mean themselves', async () => {
  for (const name of [
    "o'hara",
    "'; DROP TABLE groups; --",
    '\\',
    "\\'",
    '$1',
    '$$x$$',
    '"',
    '%_',
    ':name',
    '?',
  ]) {
    expect((await server.query(CREATE, { name })).createGroup.name).toBe(name);
    await expectRefused(name, /is already called/);
  }
});

test('of 20 requests at one time for one name, on two servers, one makes the group', async () => {
  const second = await createServer(TEST_CONFIG, server.database);
  try {
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const variables = { name: 'wanted' };
        if (index % 2) return (await server.send(CREATE, variables)).errors?.[0]?.message;
        const payload = { query: CREATE, variables };
        const answer = await second.inject({ method: 'POST', url: '/graphql', headers: bearer(), payload });
        return answer.json<{ errors?: { message: string }[] }>().errors?.[0]?.message;
      }),
    );
    expect(outcomes.filter((message) => message === undefined)).toHaveLength(1);
    expect(outcomes.filter((message) => message?.includes('is already called "wanted"'))).toHaveLength(19);
  } finally {
    await second.close();
  }
  expect(await storedGroups()).toMatchObject([{ name: 'wanted' }]);
});

test('a group that is not there is null', async () => {
  await server.query(CREATE, { name: 'only' });
  for (const id of ['0', '2', '2147483647', '2147483648', '9223372036854775807']) {
    expect(await server.query('query ($id: ID!) { group(id: $id) { name } }', { id })).toEqual({
      group: null,
    });
  }
  expect(await server.query('{ group(id: "0001") { name } }')).toEqual({ group: { name: 'only' } });
});

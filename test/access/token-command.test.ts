import { beforeEach, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { hashOf } from '../../src/access/token-secret.js';
import { useDataFolders } from '../support/data-folders.js';
import { post } from '../support/post.js';
import { runCli } from '../support/processes.js';
import { useTestServer } from '../support/server.js';

const server = useTestServer();
const { preparedFolder } = useDataFolders();

beforeEach(async () => {
  await sql`DELETE FROM llm_access_tokens WHERE name <> 'tests'`.execute(server.database.sql);
  await sql`INSERT INTO groups (id, name) VALUES (1, 'one'), (3, 'three') ON CONFLICT DO NOTHING`.execute(
    server.database.sql,
  );
});

async function token(
  args: string[],
  environment = { DATABASE_URL: server.databaseUrl } as Record<string, string>,
) {
  const running = runCli(['token', ...args], environment);
  const { code } = await running.ended;
  return { code, said: running.stdout(), complained: running.stderr() };
}

const CREATE = ['create', '--name', 'dashboard', '--scope', 'logs:read'];

test('token create prints the secret alone on standard output, and what it is for beside it', async () => {
  const { code, said, complained } = await token([
    ...[...CREATE, '--scope', 'logs:write', '--group', '3', '--group', '1'],
    ...['--expires', '2099-01-01T08:00:00+08:00'],
  ]);
  expect(code).toBe(0);
  expect(said).toMatch(/^lcl_[\w-]{43}\n$/);
  expect(complained).toMatch(
    /^Token \d+ {2}dashboard {2}logs:read logs:write {2}groups 1, 3 {2}made \S+Z, expires 2099-01-01T00:00:00\.000Z, never used\. It is shown only now:\n$/,
  );
  const { viewer } = await server.query('{ viewer { name scopes groupIds } }', {}, said.trim());
  expect(viewer).toEqual({ name: 'dashboard', scopes: ['LOGS_READ', 'LOGS_WRITE'], groupIds: ['1', '3'] });
});

test('token list tells of every token, and token revoke ends one, with its number', async () => {
  const { said: secret } = await token(CREATE);
  const { rows } = await sql<{ id: string }>`
    SELECT id FROM llm_access_tokens WHERE token_hash = ${hashOf(secret.trim())}`.execute(
    server.database.sql,
  );
  const id = rows[0]!.id;
  const line = `${id}  dashboard  logs:read  all groups  made `;
  const listed = await token(['list']);
  expect(listed).toMatchObject({ code: 0, complained: '' });
  expect(listed.said.split('\n')).toEqual([
    expect.stringMatching(`^${line}\\S+Z, never used$`),
    expect.stringMatching(/^\d+ {2}tests {2}.* admin {2}all groups {2}made /),
    '',
  ]);
  expect(listed.said).not.toContain('lcl_');

  const revoked = await token(['revoke', id]);
  expect(revoked).toEqual({
    code: 0,
    said: expect.stringMatching(`^${line}.*, REVOKED \\S+Z\n$`),
    complained: '',
  });
  expect(await token(['revoke', id])).toEqual(revoked);
  expect((await token(['list'])).said).toContain(revoked.said);
  expect((await server.send('{ viewer { name } }', {}, secret.trim())).status).toBe(401);
});

describe('a mistake is told in a sentence, and makes nothing:', () => {
  test.each([
    [['create', '--name', ' ', '--scope', 'admin'], '--name must be from 1 to 255 characters long.'],
    [['create', '--name', 'x'], "error: required option '--scope <scope...>' not specified"],
    [['create', '--name', 'x', '--scope', 'root'], 'Allowed choices are logs:read, logs:write'],
    [[...CREATE, '--group', '9'], '--group must be numbers of groups; there is no group 9.'],
    [[...CREATE, '--group', 'one'], '--group must be a whole number, not "one".'],
    [[...CREATE, '--expires', '2020-01-01T00:00:00Z'], '--expires must be in the future.'],
    [[...CREATE, '--expires', 'tomorrow'], '"tomorrow" is no date-time; write RFC 3339 with an offset'],
    [['revoke', '9999'], 'there is no token 9999.'],
    [['revoke', 'x'], 'must be a whole number, not "x".'],
  ])('token %j', async (args, right) => {
    const { code, said, complained } = await token(args);
    expect({ code, said }).toEqual({ code: 1, said: '' });
    expect(complained).toContain(right);
    expect(complained).not.toMatch(/ {4}at /);
    const { rows } = await sql`SELECT name FROM llm_access_tokens`.execute(server.database.sql);
    expect(rows).toEqual([{ name: 'tests' }]);
  });
});

test('it works on the embedded database, before the first start and beside a running server', async () => {
  const environment = { DATA_DIR: await preparedFolder() };
  expect(await token(['list'], environment)).toEqual({
    code: 0,
    said: 'There are no tokens.\n',
    complained: '',
  });
  const before = (await token(CREATE, environment)).said.trim();
  const running = runCli(['start'], environment);
  const address = await running.ready();
  const beside = (await token(CREATE, environment)).said.trim();
  for (const secret of [before, beside]) {
    const answer = await post(address, '{ viewer { name } }', {}, secret);
    expect(answer.data).toEqual({ viewer: { name: 'dashboard' } });
  }
  expect(running.stdout()).not.toContain('lcl_');
  running.signal('SIGTERM');
  expect((await running.ended).code).toBe(0);
});

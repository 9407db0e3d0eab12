import { expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { generateKeyEncryptionKey, parseKeyEncryptionKeys } from '../../src/keys/key-encryption-keys.js';
import { KeyVault } from '../../src/keys/key-vault.js';
import { reencryptKeys } from '../../src/keys/reencrypt.js';
import { runCli } from '../support/processes.js';
import { useOtherServers } from './other-servers.js';
import { ROTATE, useRotationServer } from './rotation-server.js';

const { server, storedConfigs, storedRotations } = useRotationServer();
const otherServer = useOtherServers();

const [OLD, NEW] = [generateKeyEncryptionKey(), generateKeyEncryptionKey()];
const withKeys = (text: string) => ({ keyEncryptionKeys: parseKeyEncryptionKeys(text) });
const idOf = (entry: string) => entry.split(':')[0]!;

async function reencrypt(environment: Record<string, string>) {
  const cli = runCli(['keys', 'reencrypt'], { DATABASE_URL: server.databaseUrl, ...environment });
  const { code } = await cli.ended;
  return { code, stdout: cli.stdout(), stderr: cli.stderr() };
}

test('stored keys are encrypted with the newest key-encryption key, and their times stay', async () => {
  const old = await otherServer(server.database, withKeys(OLD));
  await old(ROTATE, { input: { newApiKey: 'sk-encrypted-0001' } });
  await sql`INSERT INTO llm_configs (id, api_key, updated_at) VALUES
    (7, 'sk-in-the-clear-0007', '2025-01-02 03:04:05.123456')`.execute(server.database.sql);
  const before = await storedConfigs();

  const first = await reencrypt({ KEY_ENCRYPTION_KEYS: `${NEW},${OLD}` });
  expect(first).toEqual({
    code: 0,
    stdout: expect.stringContaining(
      '1 encrypted that were in the clear, 1 re-encrypted, 0 encrypted with the newest',
    ),
    stderr: '',
  });
  expect(first.stdout).toContain('rotate such a key at the provider');
  const stored = await storedConfigs();
  for (const { api_key } of stored) expect(api_key).toContain(`:${idOf(NEW)}:`);
  expect(stored.map(({ updated_at }) => updated_at)).toEqual(before.map(({ updated_at }) => updated_at));
  expect(await storedRotations()).toHaveLength(1);

  const again = await reencrypt({ KEY_ENCRYPTION_KEYS: NEW });
  expect(again).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('0 encrypted that were in the clear, 0 re-'),
  });
  expect(await storedConfigs()).toEqual(stored);
  const send = await otherServer(server.database, withKeys(NEW));
  expect((await send('{ openAIApiKey }')).data).toEqual({ openAIApiKey: 'sk-encrypted-0001' });
});

test('a key that cannot be read stays, is told of, and fails the command; the others are encrypted', async () => {
  const old = await otherServer(server.database, withKeys(OLD));
  await old(ROTATE, { input: { newApiKey: 'sk-encrypted-0001' } });
  await sql`INSERT INTO llm_configs (api_key) VALUES ('sk-in-the-clear-0007')`.execute(server.database.sql);
  const [unreadable] = await storedConfigs();
  const { code, stdout, stderr } = await reencrypt({ KEY_ENCRYPTION_KEYS: NEW });
  expect(code).toBe(1);
  expect(stdout).toContain('1 encrypted that were in the clear, 0 re-encrypted');
  expect(stderr).toMatch(new RegExp(`^Row 1 of llm_configs: .*${idOf(OLD)}`));
  expect(stdout + stderr).not.toContain('sk-');
  const stored = await storedConfigs();
  expect(stored[0]).toEqual(unreadable);
  expect(stored[1]?.api_key).toContain(`:${idOf(NEW)}:`);
});

test('where there is nothing to do, or to do it with, it says so', async () => {
  expect(await reencrypt({ KEY_ENCRYPTION_KEYS: NEW })).toEqual({
    ...{ code: 0, stdout: 'No provider key is stored.\n', stderr: '' },
  });
  expect(await reencrypt({})).toEqual({
    ...{ code: 1, stdout: '' },
    stderr: expect.stringMatching(/^There is nothing to encrypt keys with\. Set KEY_ENCRYPTION_KEYS /),
  });
  expect(await reencrypt({ KEY_STORAGE: 'plaintext', KEY_ENCRYPTION_KEYS: NEW })).toEqual({
    ...{ code: 1, stdout: '' },
    stderr: 'KEY_STORAGE is plaintext, so nothing is to be encrypted. Unset it first.\n',
  });
});

test('beside rotations it loses none of them', async () => {
  const both = withKeys(`${OLD},${NEW}`);
  const send = await otherServer(server.database, both);
  const vault = new KeyVault('encrypted', withKeys(`${NEW},${OLD}`).keyEncryptionKeys);
  for (let round = 0; round < 20; round++) {
    const newApiKey = `sk-rotated-${1000 + round}`;
    const rotating = send(ROTATE, { input: { newApiKey } });
    await Promise.all(Array.from({ length: 3 }, () => reencryptKeys(server.database.orm.em.fork(), vault)));
    expect((await rotating).errors).toBeUndefined();
    expect((await send('{ openAIApiKey }')).data).toEqual({ openAIApiKey: newApiKey });
  }
  expect(await storedRotations()).toHaveLength(20);
});

test('a fresh entry is printed alone, and is taken by the configuration', async () => {
  const cli = runCli(['keys', 'generate']);
  expect(await cli.ended).toMatchObject({ code: 0 });
  expect(cli.stdout()).toMatch(/^k\d{8}-[0-9a-f]{6}:[\w+/]{43}=\n$/);
  expect(parseKeyEncryptionKeys(cli.stdout())).toHaveLength(1);
});

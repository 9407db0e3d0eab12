import { expect, test } from '@jest/globals';
import { Client } from 'pg';
import { useOtherServers } from './other-servers.js';
import { ROTATE, useRotationServer } from './rotation-server.js';

const { server, rotate, openAIApiKey, storedConfigs, storedRotations } = useRotationServer();
const otherServer = useOtherServers();

const OLDER_SELECT = 'SELECT * FROM "llm_configs" ORDER BY "llm_configs"."id" LIMIT $1';

test('with KEY_STORAGE=plaintext the statement of the older backend reads the key', async () => {
  await rotate('sk-first-key-0001');
  const send = await otherServer(server.database, { keyStorage: 'plaintext' });
  expect((await send('{ openAIApiKey }')).data).toEqual({ openAIApiKey: 'sk-first-key-0001' });
  await send(ROTATE, { input: { newApiKey: 'sk-second-key-0002' } });
  const older = new Client({ connectionString: server.databaseUrl });
  await older.connect();
  const { rows } = await older.query<{ api_key: string }>(OLDER_SELECT, [1]).finally(() => older.end());
  expect(rows).toMatchObject([{ api_key: 'sk-second-key-0002' }]);
  expect(await openAIApiKey()).toBe('sk-second-key-0002');
});

test('KEY_STORAGE=plaintext needs no key-encryption key', async () => {
  const send = await otherServer(server.database, { keyStorage: 'plaintext', keyEncryptionKeys: [] });
  await send(ROTATE, { input: { newApiKey: 'sk-first-key-0001' } });
  expect(await storedConfigs()).toMatchObject([{ api_key: 'sk-first-key-0001' }]);
});

test('with nothing to encrypt with, rotation is refused with the way to go on, and reading works', async () => {
  const clear = await otherServer(server.database, { keyStorage: 'plaintext' });
  await clear(ROTATE, { input: { newApiKey: 'sk-first-key-0001' } });
  const stored = await storedConfigs();
  const send = await otherServer(server.database, { keyEncryptionKeys: [] });
  const { data, errors } = await send(ROTATE, { input: { newApiKey: 'sk-second-key-0002' } });
  expect(data).toBeNull();
  expect(errors).toMatchObject([{ extensions: { code: 'KEY_ENCRYPTION_NOT_CONFIGURED' } }]);
  for (const way of ['KEY_ENCRYPTION_KEYS', 'npm run --silent keys -- generate', 'KEY_STORAGE=plaintext']) {
    expect(errors?.[0]?.message).toContain(way);
  }
  expect(await storedConfigs()).toEqual(stored);
  expect(await storedRotations()).toHaveLength(1);
  expect((await send('{ openAIApiKey llmConfig { apiKeyHint } }')).data).toEqual({
    openAIApiKey: 'sk-first-key-0001',
    llmConfig: { apiKeyHint: '…0001' },
  });
});

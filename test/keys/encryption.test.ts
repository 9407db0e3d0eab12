import { describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { generateKeyEncryptionKey, parseKeyEncryptionKeys } from '../../src/keys/key-encryption-keys.js';
import { TEST_CONFIG } from '../support/test-config.js';
import { useOtherServers } from './other-servers.js';
import { ROTATE, useRotationServer } from './rotation-server.js';

const { server, rotate, llmConfig, openAIApiKey, storedConfigs, storedRotations } = useRotationServer();
const otherServer = useOtherServers();

const RECORD = `mutation { recordProxyCallLog(input: { requestMessages: ["hi"], status: SUCCESS }) { configId } }`;
const fresh = (id?: string) =>
  parseKeyEncryptionKeys(generateKeyEncryptionKey()).map((key) => ({ ...key, id: id ?? key.id }));
const USED = TEST_CONFIG.keyEncryptionKeys[0]!.id;

async function store(apiKey: string) {
  await sql`INSERT INTO llm_configs (api_key) VALUES (${apiKey})`.execute(server.database.sql);
}

test('what is stored is an envelope that names its key-encryption key, and not the key', async () => {
  await rotate('sk-very-secret-key-a1b2');
  const [stored] = await storedConfigs();
  expect(stored?.api_key).toMatch(new RegExp(`^llm-call-log:v1:${USED}:[\\w-]{16}:[\\w-]{22,}$`));
  expect(JSON.stringify(await storedRotations())).not.toContain('very-secret');
});

test('a key that the older backend stored in the clear is read, and encrypted at the next rotation', async () => {
  await store('sk-written-by-go-4444');
  expect(await openAIApiKey()).toBe('sk-written-by-go-4444');
  const { apiKeyHint, apiKeyFingerprint } = await llmConfig();
  expect(apiKeyHint).toBe('…4444');
  const { __typename } = await rotate('sk-next-key-0002', { expectedFingerprint: apiKeyFingerprint });
  expect(__typename).toBe('ApiKeyRotated');
  expect(JSON.stringify(await storedConfigs())).not.toMatch(/sk-/);
});

test('an envelope that was moved to another row does not open there', async () => {
  await rotate('sk-first-key-0001');
  await sql`UPDATE llm_configs SET id = id + 1`.execute(server.database.sql);
  const { data, errors } = await server.send('{ openAIApiKey }');
  expect(data).toEqual({ openAIApiKey: null });
  expect(errors).toMatchObject([{ extensions: { code: 'API_KEY_UNREADABLE', keyEncryptionKeyId: USED } }]);
});

test('of several key-encryption keys the first seals, and all open', async () => {
  await rotate('sk-first-key-0001');
  const [newest] = fresh();
  const send = await otherServer(server.database, {
    keyEncryptionKeys: [newest!, ...TEST_CONFIG.keyEncryptionKeys],
  });
  expect((await send('{ openAIApiKey }')).data).toEqual({ openAIApiKey: 'sk-first-key-0001' });
  await send(ROTATE, { input: { newApiKey: 'sk-second-key-0002' } });
  expect((await storedConfigs())[0]?.api_key).toContain(`:${newest!.id}:`);
  expect((await send('{ openAIApiKey }')).data).toEqual({ openAIApiKey: 'sk-second-key-0002' });
});

describe.each([
  ['no', () => []],
  ['another', () => fresh()],
  ['a wrong', () => fresh(USED)],
])('a server with %s key-encryption key', (_, keys) => {
  test('says which one is missing where the key is needed, and answers everything else', async () => {
    await rotate('sk-very-secret-key-a1b2', { reason: 'first' });
    const send = await otherServer(server.database, { keyEncryptionKeys: keys() });
    for (const query of [
      '{ openAIApiKey }',
      '{ llmConfig { apiKeyHint } }',
      '{ llmConfig { apiKeyFingerprint } }',
    ]) {
      const { data, errors } = await send(query);
      expect(Object.values(data)).toEqual([null]);
      expect(errors).toMatchObject([
        { extensions: { code: 'API_KEY_UNREADABLE', keyEncryptionKeyId: USED } },
      ]);
      expect(errors?.[0]?.message).toContain(`key-encryption key ${USED}`);
      expect(errors?.[0]?.message).not.toContain('very-secret');
    }
    const others = await send(
      '{ callLogs { totalCount } usage { totals { calls } } groups { totalCount } llmConfig { id updatedAt rotations { reason } } }',
    );
    expect(others.errors).toBeUndefined();
    expect(others.data.llmConfig).toMatchObject({ id: '1', rotations: [{ reason: 'first' }] });
    expect((await send(RECORD)).data).toEqual({ recordProxyCallLog: { configId: '1' } });
    expect((await send('{ consistency { consistent } }')).data).toEqual({
      consistency: { consistent: true },
    });
  });
});

describe('rotating away from a key that cannot be read', () => {
  test('works, and goes on with the chain of the audit trail', async () => {
    const { config: before } = await rotate('sk-first-key-0001');
    const send = await otherServer(server.database, { keyEncryptionKeys: fresh() });
    const { data } = await send(ROTATE, {
      input: { newApiKey: 'sk-second-key-0002', expectedFingerprint: before.apiKeyFingerprint },
    });
    const { config } = data.rotateApiKey;
    expect(config).toMatchObject({ id: before.id, apiKeyHint: '…0002' });
    expect(config.rotations[0]).toMatchObject({
      previousFingerprint: before.apiKeyFingerprint,
      newFingerprint: config.apiKeyFingerprint,
    });
    expect((await send('{ openAIApiKey }')).data).toEqual({ openAIApiKey: 'sk-second-key-0002' });
  });

  test('tells whoever expects another one than the latest rotation left', async () => {
    await rotate('sk-first-key-0001');
    const stored = await storedConfigs();
    const send = await otherServer(server.database, { keyEncryptionKeys: fresh() });
    const { data } = await send(
      'mutation ($input: RotateApiKeyInput!) { rotateApiKey(input: $input) { ... on StaleApiKey { message config { id } } } }',
      { input: { newApiKey: 'sk-second-key-0002', expectedFingerprint: '0123456789abcdef' } },
    );
    expect(data.rotateApiKey).toEqual({
      message: expect.stringContaining('newFingerprint of the latest rotation'),
      config: { id: '1' },
    });
    expect(await storedConfigs()).toEqual(stored);
  });

  test('to the same key makes it readable again', async () => {
    const { config: before } = await rotate('sk-first-key-0001');
    const send = await otherServer(server.database, { keyEncryptionKeys: fresh() });
    await send(ROTATE, { input: { newApiKey: 'sk-first-key-0001', reason: 'lost' } });
    expect((await send('{ openAIApiKey }')).data).toEqual({ openAIApiKey: 'sk-first-key-0001' });
    expect(await storedRotations()).toMatchObject([
      { previous_fingerprint: null },
      { previous_fingerprint: before.apiKeyFingerprint, new_fingerprint: before.apiKeyFingerprint },
    ]);
  });
});

import { expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { ROTATE, useRotationServer } from './rotation-server.js';

const { server, rotate, llmConfig, openAIApiKey, storedConfigs, storedRotations } = useRotationServer();

test('there is no configuration until a key is stored', async () => {
  expect(await llmConfig()).toBeNull();
  const { __typename, config } = await rotate('sk-first-key-0001', { reason: 'first' });
  expect(__typename).toBe('ApiKeyRotated');
  expect(config).toMatchObject({
    apiKeyHint: '…0001',
    rotations: [{ previousFingerprint: null, reason: 'first' }],
  });
  expect(await llmConfig()).toEqual(config);
  expect(await storedConfigs()).toMatchObject([{ id: Number(config.id) }]);
  expect(await openAIApiKey()).toBe('sk-first-key-0001');
});

test('a rotation replaces the key in place and leaves an audit row', async () => {
  const { config: before } = await rotate('sk-first-key-0001');
  const { config: after } = await rotate('sk-second-key-0002', { reason: 'leaked 🙈' });
  expect(after.id).toBe(before.id);
  expect(after.apiKeyHint).toBe('…0002');
  expect(after.updatedAt >= before.updatedAt).toBe(true);
  expect(after.rotations).toEqual([
    {
      id: '2',
      rotatedAt: after.updatedAt,
      rotatedBy: expect.stringMatching(/./),
      previousFingerprint: before.apiKeyFingerprint,
      newFingerprint: after.apiKeyFingerprint,
      reason: 'leaked 🙈',
    },
    before.rotations[0],
  ]);
  expect(await llmConfig()).toEqual(after);
  const [stored, ...others] = await storedConfigs();
  expect(others).toEqual([]);
  expect(await openAIApiKey()).toBe('sk-second-key-0002');
  expect(Date.parse(`${stored?.updated_at}Z`)).toBe(Date.parse(after.updatedAt));
  expect(await storedRotations()).toHaveLength(2);
});

test('the same key again changes nothing and leaves no audit row', async () => {
  const { config: before } = await rotate('sk-first-key-0001');
  const stored = await storedConfigs();
  const again = await rotate('sk-first-key-0001', { reason: 'once more' });
  expect(again).toEqual({ __typename: 'ApiKeyRotated', config: before });
  expect(await storedConfigs()).toEqual(stored);
  expect(await storedRotations()).toHaveLength(1);
});

test.each([
  ['is empty', ''],
  ['is white space', '   '],
  ['begins with a space', ' sk-key'],
  ['ends with a line break', 'sk-key\n'],
  ['ends with a no-break space', 'sk-key\u00a0'],
  ['holds a tab', 'sk-\tkey'],
  ['holds a line break', 'sk-\r\nkey'],
  ['holds NUL', 'sk-\0key'],
  ['holds DEL', 'sk-\x7fkey'],
  ['holds a zero-width space', 'sk-\u200bkey'],
  ['holds half a character', 'sk-\ud800key'],
  ['holds a typographer’s dash', 'sk–proj–key'],
  ['is longer than any', 'k'.repeat(4097)],
  ['is what is stored of a key', 'llm-call-log:v1:k1:AAAAAAAAAAAAAAAA:AAAAAAAAAAAAAAAAAAAAAAAA'],
])('a key that %s is refused, and nothing changed', async (_, newApiKey) => {
  const before = (await rotate('sk-first-key-0001')).config;
  const { data, errors } = await server.send(ROTATE, { input: { newApiKey } });
  expect(data).toBeNull();
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument: 'input.newApiKey' } }]);
  expect(errors?.[0]?.message).toMatch(/^input\.newApiKey must not/);
  if (newApiKey.trim() !== '') expect(errors?.[0]?.message).not.toContain(newApiKey);
  expect(await llmConfig()).toEqual(before);
  expect(await storedRotations()).toHaveLength(1);
});

test('a key may be as long as 4096 characters', async () => {
  const longest = 'k'.repeat(4096);
  expect(await rotate(longest)).toMatchObject({ __typename: 'ApiKeyRotated' });
  expect(await openAIApiKey()).toBe(longest);
});

test.each([
  ['is longer than 1000 characters', 'x'.repeat(1001), 'input.reason must not be longer'],
  ['tells the new key', 'to sk-next-key-0002!', 'input.reason must not tell a key'],
  ['tells the key before', 'from sk-first-key-0001', 'input.reason must not tell a key'],
])('a reason that %s is refused, and nothing changed', async (_, reason, message) => {
  await rotate('sk-first-key-0001');
  const { errors } = await server.send(ROTATE, { input: { newApiKey: 'sk-next-key-0002', reason } });
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument: 'input.reason' } }]);
  expect(errors?.[0]?.message).toContain(message);
  expect(errors?.[0]?.message).not.toContain('sk-');
  expect(await openAIApiKey()).toBe('sk-first-key-0001');
  expect(await storedRotations()).toHaveLength(1);
});

test('of rows that another backend wrote, the one with the lowest number is in use', async () => {
  await sql`INSERT INTO llm_configs (id, api_key, updated_at) VALUES
    (9, 'sk-written-by-go-9999', '2024-05-06 07:08:09.123456'),
    (4, 'sk-written-by-go-4444', '2023-01-02 03:04:05'),
    (7, 'sk-written-by-go-7777', '2025-01-01')`.execute(server.database.sql);
  const config = await llmConfig();
  expect(config).toMatchObject({
    id: '4',
    apiKeyHint: '…4444',
    updatedAt: '2023-01-02T03:04:05.000Z',
    rotations: [],
  });
  const rotated = (await rotate('sk-written-by-us-0001')).config;
  expect(rotated).toMatchObject({ id: '4', rotations: [{ previousFingerprint: config.apiKeyFingerprint }] });
  expect(await storedConfigs()).toMatchObject([
    { id: 4, api_key: expect.stringMatching(/^llm-call-log:v1:/) },
    { id: 7, api_key: 'sk-written-by-go-7777', updated_at: '2025-01-01 00:00:00' },
    { id: 9, api_key: 'sk-written-by-go-9999', updated_at: '2024-05-06 07:08:09.123456' },
  ]);

  await sql`UPDATE llm_configs SET api_key = 'sk-changed-by-go-5555' WHERE id = 4`.execute(
    server.database.sql,
  );
  const changed = await llmConfig();
  expect(changed.apiKeyHint).toBe('…5555');
  expect(changed.apiKeyFingerprint).not.toBe(rotated.apiKeyFingerprint);
});

import { expect, test } from '@jest/globals';
import { useRotationServer } from './rotation-server.js';

const { rotate, openAIApiKey, storedConfigs, storedRotations } = useRotationServer();

test('a rotation with the fingerprint of the key in use replaces it', async () => {
  const { config: before } = await rotate('sk-first-key-0001');
  const { __typename, config } = await rotate('sk-second-key-0002', {
    expectedFingerprint: before.apiKeyFingerprint,
  });
  expect(__typename).toBe('ApiKeyRotated');
  expect(config.apiKeyHint).toBe('…0002');
});

test.each(['0123456789abcdef', '', '\0', 'not a fingerprint'])(
  'a rotation that expects the fingerprint %j changes nothing and shows the key in use',
  async (expectedFingerprint) => {
    const before = (await rotate('sk-first-key-0001')).config;
    const stored = await storedConfigs();
    const stale = await rotate('sk-second-key-0002', { expectedFingerprint });
    expect(stale).toEqual({
      __typename: 'StaleApiKey',
      message: expect.stringMatching(/Nothing was changed/),
      inUse: before,
    });
    expect(await storedConfigs()).toEqual(stored);
    expect(await storedRotations()).toHaveLength(1);
  },
);

test('a rotation that expects a key where none is stored changes nothing', async () => {
  const stale = await rotate('sk-first-key-0001', { expectedFingerprint: '0123456789abcdef' });
  expect(stale).toMatchObject({ __typename: 'StaleApiKey', inUse: null });
  expect(await storedConfigs()).toEqual([]);
  expect(await storedRotations()).toEqual([]);
});

test('of rotations at one time that expect the same key, one wins and the others are told', async () => {
  const { config } = await rotate('sk-first-key-0001');
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      rotate(`sk-next-key-${1000 + index}`, { expectedFingerprint: config.apiKeyFingerprint }),
    ),
  );
  const kinds = outcomes.map(({ __typename }) => __typename as string);
  expect(kinds.filter((kind) => kind === 'ApiKeyRotated')).toHaveLength(1);
  expect(kinds.filter((kind) => kind === 'StaleApiKey')).toHaveLength(19);
  expect(await openAIApiKey()).toBe(`sk-next-key-${1000 + kinds.indexOf('ApiKeyRotated')}`);
  expect(await storedRotations()).toHaveLength(2);
});

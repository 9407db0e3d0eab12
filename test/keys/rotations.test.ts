import { expect, test } from '@jest/globals';
import { createServer } from '../../src/server.js';
import { ROTATE, useRotationServer } from './rotation-server.js';
import { bearer } from '../support/token.js';

const { server, rotate, llmConfig, storedConfigs, storedRotations } = useRotationServer();

test('a reason with characters that the database cannot store is kept as far as it can', async () => {
  const { config } = await rotate('sk-first-key-0001', { reason: 'a\0b\ud800c' });
  expect(config.rotations[0].reason).toBe('a\uFFFDb\uFFFDc');
});

test('100 rotations at one time on two servers make one unbroken chain of audit rows', async () => {
  const second = await createServer({ logLevel: 'silent' }, server.database);
  try {
    await Promise.all(
      Array.from({ length: 100 }, async (_, index) => {
        const newApiKey = `sk-concurrent-key-${1000 + index}`;
        if (index % 2) return rotate(newApiKey);
        const payload = { query: ROTATE, variables: { input: { newApiKey } } };
        const answer = await second.inject({ method: 'POST', url: '/graphql', headers: bearer(), payload });
        expect(answer.json()).toMatchObject({ data: { rotateApiKey: { __typename: 'ApiKeyRotated' } } });
      }),
    );
  } finally {
    await second.close();
  }
  const rotations = await storedRotations();
  expect(rotations).toHaveLength(100);
  for (const [index, { previous_fingerprint: previous }] of rotations.entries()) {
    expect(previous).toBe(rotations[index - 1]?.new_fingerprint ?? null);
  }
  expect(new Set(rotations.map((rotation) => rotation.new_fingerprint)).size).toBe(100);
  expect(await storedConfigs()).toHaveLength(1);
  expect((await llmConfig()).apiKeyFingerprint).toBe(rotations.at(-1)?.new_fingerprint);
});

test('rotations come newest first, 20 of them unless another number is asked for', async () => {
  const fingerprints: string[] = [];
  for (let index = 0; index < 25; index++) {
    fingerprints.unshift(
      (await rotate(`sk-numbered-key-${1000 + index}`)).config.apiKeyFingerprint as string,
    );
  }
  const shown = async (argument: string): Promise<string[]> => {
    const { llmConfig } = await server.query(`{ llmConfig { rotations${argument} { newFingerprint } } }`);
    return llmConfig.rotations.map((rotation: { newFingerprint: string }) => rotation.newFingerprint);
  };
  expect(await shown('')).toEqual(fingerprints.slice(0, 20));
  expect(await shown('(first: 0)')).toEqual([]);
  expect(await shown('(first: 3)')).toEqual(fingerprints.slice(0, 3));
  expect(await shown('(first: 1000)')).toEqual(fingerprints);
});

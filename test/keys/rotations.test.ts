import { expect, test } from '@jest/globals';
import { useRotationServer } from './rotation-server.js';

const { server, rotate } = useRotationServer();

test('a reason with characters that the database cannot store is kept as far as it can', async () => {
  const { config } = await rotate('sk-first-key-0001', { reason: 'a\0b\ud800c' });
  expect(config.rotations[0].reason).toBe('a\uFFFDb\uFFFDc');
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

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openDatabase, type Database } from '../../src/database/database.js';
import { entities } from '../../src/entities.js';
import { useProvider } from '../support/provider.js';
import { useOtherServers } from './other-servers.js';
import { ROTATE, useRotationServer } from './rotation-server.js';

const { server, rotate, llmConfig, openAIApiKey, storedConfigs, storedRotations } = useRotationServer();
const otherServer = useOtherServers();
const provider = useProvider();

let secondPool: Database;
beforeAll(async () => {
  secondPool = await openDatabase(server.databaseUrl, entities, 10);
});
afterAll(() => secondPool.close());

/** The audit trail from the first key to the one in use, each rotation going on where the one before ended. */
async function expectUnbrokenChain(): Promise<string[]> {
  const rotations = await storedRotations();
  for (const [index, { previous_fingerprint: previous }] of rotations.entries()) {
    expect(previous).toBe(rotations[index - 1]?.new_fingerprint ?? null);
  }
  expect(await storedConfigs()).toHaveLength(1);
  expect((await llmConfig()).apiKeyFingerprint).toBe(rotations.at(-1)?.new_fingerprint);
  return rotations.map((rotation) => rotation.new_fingerprint);
}

test('of 200 rotations at one time on two servers, each succeeds or is told that it is stale, in one unbroken chain', async () => {
  const first = (await rotate('sk-first-key-0000')).config.apiKeyFingerprint as string;
  const servers = await Promise.all(
    [server.database, secondPool].map((database) => otherServer(database, { providerBaseUrl: provider.url })),
  );
  const succeeded = new Map<string, string>();
  const outcomes = await Promise.all(
    Array.from({ length: 200 }, async (_, index) => {
      const newApiKey = `sk-concurrent-key-${1000 + index}`;
      // A quarter of them expect a key that all but one of those find replaced.
      const condition = index % 4 === 3 ? { expectedFingerprint: first } : {};
      const { data } = await servers[index % 2]!(ROTATE, {
        input: { newApiKey, verify: index % 3 === 0, ...condition },
      });
      const { __typename: kind, config } = data.rotateApiKey;
      if (kind === 'ApiKeyRotated') succeeded.set(config.apiKeyFingerprint, newApiKey);
      return kind as string;
    }),
  );
  expect(new Set(outcomes)).toEqual(new Set(['ApiKeyRotated', 'StaleApiKey']));
  expect(succeeded.size).toBe(outcomes.filter((kind) => kind === 'ApiKeyRotated').length);
  expect(succeeded.size).toBeGreaterThanOrEqual(150);
  expect(succeeded.size).toBeLessThanOrEqual(151);
  const chain = await expectUnbrokenChain();
  expect(new Set(chain)).toEqual(new Set([first, ...succeeded.keys()]));
  expect(chain).toHaveLength(succeeded.size + 1);
  expect(await openAIApiKey()).toBe(succeeded.get(chain.at(-1)!));
});

test('of 50 rotations at one time where no key is stored yet, one makes the configuration', async () => {
  const second = await otherServer(secondPool);
  await Promise.all(
    Array.from({ length: 50 }, (_, index) => {
      const newApiKey = `sk-concurrent-key-${1000 + index}`;
      return index % 2 ? rotate(newApiKey) : second(ROTATE, { input: { newApiKey } });
    }),
  );
  expect(await expectUnbrokenChain()).toHaveLength(50);
});

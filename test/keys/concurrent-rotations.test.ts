import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { openDatabase, type Database } from '../../src/database/database.js';
import { entities } from '../../src/entities.js';
import { lockRotations } from '../../src/keys/llm-config.js';
import { eventually } from '../support/eventually.js';
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
      const answer = await servers[index % 2]!(ROTATE, {
        input: { newApiKey, verify: index % 3 === 0, ...condition },
      });
      const rotation = answer.data?.rotateApiKey;
      if (rotation?.__typename !== 'ApiKeyRotated') return rotation?.__typename ?? answer.errors;
      succeeded.set(rotation.config.apiKeyFingerprint, newApiKey);
      return 'ApiKeyRotated';
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
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, index) => {
      const input = { newApiKey: `sk-concurrent-key-${1000 + index}` };
      return (index % 2 ? server.send : second)(ROTATE, { input });
    }),
  );
  const rotated = answers.map(({ data, errors }) => data?.rotateApiKey.config.apiKeyFingerprint ?? errors);
  expect((await expectUnbrokenChain()).sort()).toEqual(rotated.sort());
});

test('rotations that wait for one of another server leave connections to others', async () => {
  const send = await otherServer(server.database, { providerBaseUrl: provider.url });
  const elsewhere = secondPool.orm.em.fork();
  await elsewhere.begin();
  await lockRotations(elsewhere);
  const rotating = Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      send(ROTATE, { input: { newApiKey: `sk-waiting-key-${1000 + index}`, verify: true } }),
    ),
  );
  try {
    await eventually(() => provider.requests.length === 20);
    for (const name of ['one', 'two', 'three', 'four', 'five', 'six']) {
      const { data } = await send('mutation ($name: String!) { createGroup(name: $name) { name } }', {
        name,
      });
      expect(data).toEqual({ createGroup: { name } });
    }
    const { rows } = await sql`
      SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`.execute(
      secondPool.sql,
    );
    expect(rows).toHaveLength(1);
  } finally {
    await elsewhere.commit();
    await rotating;
  }
  for (const { errors } of await rotating) expect(errors).toBeUndefined();
  expect(await expectUnbrokenChain()).toHaveLength(20);
});

import { beforeEach, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sql } from 'kysely';
import { createServer } from '../../src/server.js';
import { useTestServer } from '../support/server.js';
import { collectStatements } from '../support/statements.js';

const server = useTestServer();

beforeEach(async () => {
  await sql`TRUNCATE llm_configs, llm_key_rotations RESTART IDENTITY`.execute(server.database.sql);
});

const CONFIG = 'id apiKeyHint apiKeyFingerprint updatedAt';
const AUDIT = 'rotations { id rotatedAt rotatedBy previousFingerprint newFingerprint reason }';

const ROTATE = `mutation ($input: RotateApiKeyInput!) {
  rotateApiKey(input: $input) {
    __typename
    ... on ApiKeyRotated { config { ${CONFIG} ${AUDIT} } }
    ... on StaleApiKey { message inUse: config { ${CONFIG} ${AUDIT} } }
    ... on ApiKeyRejected { message }
  }
}`;

const FINGERPRINT = /^[0-9a-f]{16}$/;

async function rotate(newApiKey: string, rest: Record<string, unknown> = {}) {
  return (await server.query(ROTATE, { input: { newApiKey, ...rest } })).rotateApiKey;
}

async function llmConfig() {
  return (await server.query(`{ llmConfig { ${CONFIG} ${AUDIT} } }`)).llmConfig;
}

interface StoredConfig {
  id: number;
  api_key: string;
  updated_at: string | null;
}

async function storedConfigs(): Promise<StoredConfig[]> {
  const { rows } = await sql<StoredConfig>`
    SELECT id, api_key, updated_at::text FROM llm_configs ORDER BY id`.execute(server.database.sql);
  return rows;
}

async function storedRotations() {
  const { rows } = await sql<{
    id: string;
    previous_fingerprint: string | null;
    new_fingerprint: string;
  }>`SELECT * FROM llm_key_rotations ORDER BY id`.execute(server.database.sql);
  return rows;
}

test('there is no configuration until a key is stored', async () => {
  expect(await llmConfig()).toBeNull();
  const { __typename, config } = await rotate('sk-first-key-0001', { reason: 'first' });
  expect(__typename).toBe('ApiKeyRotated');
  expect(config).toMatchObject({
    apiKeyHint: '…0001',
    rotations: [{ previousFingerprint: null, reason: 'first' }],
  });
  expect(await llmConfig()).toEqual(config);
  expect(await storedConfigs()).toMatchObject([{ id: Number(config.id), api_key: 'sk-first-key-0001' }]);
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
  expect(stored?.api_key).toBe('sk-second-key-0002');
  expect(stored?.updated_at?.replace(' ', 'T').padEnd(23, '0')).toBe(after.updatedAt.replace('Z', ''));
  expect(await storedRotations()).toHaveLength(2);
});

test.each([
  ['k', '…'],
  ['abc', '…'],
  ['abcd', '…d'],
  ['abcdefg', '…g'],
  ['abcdefgh', '…gh'],
  ['abcdefghijkl', '…jkl'],
  ['abcdefghijklmno', '…mno'],
  ['abcdefghijklmnop', '…mnop'],
  [`sk-${'x'.repeat(200)}a1b2`, '…a1b2'],
])('the hint of the key %s is %s', async (key, hint) => {
  const { config } = await rotate(key);
  expect(config.apiKeyHint).toBe(hint);
});

test('the fingerprint is 16 hex digits, tells keys apart, and is the same on every server of the database', async () => {
  const second = await createServer({ logLevel: 'silent' }, server.database);
  try {
    const seen = new Map<string, string>();
    const key = fc.stringMatching(/^[!-~]{1,40}$/);
    await fc.assert(
      fc.asyncProperty(key, async (apiKey) => {
        const { config } = await rotate(apiKey);
        const fingerprint = config.apiKeyFingerprint as string;
        expect(fingerprint).toMatch(FINGERPRINT);
        expect(seen.get(fingerprint) ?? apiKey).toBe(apiKey);
        seen.set(fingerprint, apiKey);
        const answer = await second.inject({
          method: 'POST',
          url: '/graphql',
          payload: { query: '{ llmConfig { apiKeyFingerprint } }' },
        });
        expect(answer.json()).toEqual({ data: { llmConfig: { apiKeyFingerprint: fingerprint } } });
      }),
      { numRuns: 30 },
    );
    expect(new Set(seen.values()).size).toBe(seen.size);
  } finally {
    await second.close();
  }
});

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
  const [stored] = await storedConfigs();
  expect(stored?.api_key).toBe(`sk-next-key-${1000 + kinds.indexOf('ApiKeyRotated')}`);
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
])('a key that %s is refused, and nothing changed', async (_, newApiKey) => {
  const before = (await rotate('sk-first-key-0001')).config;
  const { data, errors } = await server.send(ROTATE, { input: { newApiKey } });
  expect(data).toBeNull();
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument: 'input.newApiKey' } }]);
  expect(errors?.[0]?.message).toMatch(/^input\.newApiKey must not/);
  expect(await llmConfig()).toEqual(before);
  expect(await storedRotations()).toHaveLength(1);
});

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
        const answer = await second.inject({ method: 'POST', url: '/graphql', payload });
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
    { id: 4, api_key: 'sk-written-by-us-0001' },
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

test('the key appears in no answer', async () => {
  const secret = 'sk-very-secret-part-a1b2';
  const bodies: string[] = [];
  const ask = async (query: string, variables?: object) => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    bodies.push(await response.text());
  };
  await ask(ROTATE, { input: { newApiKey: secret } });
  await ask(ROTATE, { input: { newApiKey: secret } });
  await ask(ROTATE, { input: { newApiKey: `${secret}\n` } });
  await ask(ROTATE, { input: { newApiKey: secret, expectedFingerprint: 'another' } });
  await ask(ROTATE, { input: { newApiKey: [secret], reason: 'a list is no key' } });
  await ask(ROTATE, { input: { newApiKey: secret, colour: 'red' } });
  await ask(ROTATE, { input: { newApiKey: { key: secret } } });
  await ask(
    `mutation { rotateApiKey(input: { newApiKey: "${secret}", verify: "${secret}" }) { __typename } }`,
  );
  await ask('mutation ($key: String!) { rotateApiKey(input: { newApiKey: $key }) { __typename } }', {
    key: [secret],
  });
  await ask(`mutation { rotateApiKey(input: { newApiKey: ["${secret}"] }) { __typename } }`);
  await ask(`mutation { rotateApiKey(input: "${secret}") { __typename } }`);
  await ask(`mutation { rotateApiKey(input: ["${secret}"]) { __typename } }`);
  await ask(`mutation { rotateApiKey("${secret}") { __typename } }`);
  await ask(`mutation { rotateApiKey(input: { "newApiKey": "${secret}" }) { __typename } }`);
  await ask(`mutation { "${secret}" }`);
  await ask(ROTATE, { input: secret });
  await ask(ROTATE, { input: [{ newApiKey: secret }, secret] });
  await ask(`{ llmConfig { ${CONFIG} apiKey ${AUDIT} } }`);
  await ask(`{ llmConfig { ${CONFIG} ${AUDIT} } }`);
  expect(bodies.at(-1)).toContain('…a1b2');
  for (const body of bodies) {
    expect(body).not.toContain('very-secret-part');
  }
});

test('the key appears in no statement that the database could log', async () => {
  const statements = await collectStatements(async () => {
    await rotate('sk-very-secret-part-a1b2');
    await rotate('sk-very-secret-part-c3d4');
    await llmConfig();
  });
  expect(statements.filter((statement) => statement.includes('llm_configs'))).not.toEqual([]);
  expect(statements.filter((statement) => statement.includes('very-secret-part'))).toEqual([]);
});

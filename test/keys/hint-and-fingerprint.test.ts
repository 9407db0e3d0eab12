import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createServer } from '../../src/server.js';
import { TEST_CONFIG } from '../support/test-config.js';
import { useRotationServer } from './rotation-server.js';
import { bearer } from '../support/token.js';

const { server, rotate } = useRotationServer();

const FINGERPRINT = /^[0-9a-f]{16}$/;

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
  const second = await createServer(TEST_CONFIG, server.database);
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
          headers: bearer(),
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

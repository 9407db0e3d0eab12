import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { looksSealed, open, seal, sealedWith, UnreadableKey } from '../../src/keys/envelope.js';
import { generateKeyEncryptionKey, parseKeyEncryptionKeys } from '../../src/keys/key-encryption-keys.js';

const fresh = () => parseKeyEncryptionKeys(generateKeyEncryptionKey())[0]!;
const KEY = fresh();
const PLACE = 'llm_configs.api_key:1';

const anyKey = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.stringMatching(/^sk-[A-Za-z0-9_-]{1,200}$/),
);

test('whatever is sealed opens again, and is sealed another way each time', () => {
  fc.assert(
    fc.property(anyKey, (text) => {
      const envelope = seal(text, PLACE, KEY);
      expect(envelope).toMatch(/^[\w:-]+$/);
      expect(looksSealed(envelope)).toBe(true);
      expect(sealedWith(envelope)).toBe(KEY.id);
      expect(open(envelope, PLACE, [fresh(), KEY])).toBe(text);
      expect(seal(text, PLACE, KEY)).not.toBe(envelope);
      // Behind what says whose envelope it is, and which key opens it.
      if (text.length > 3) expect(envelope.split(':').at(-1)).not.toContain(text);
    }),
  );
});

test('with any one character changed, dropped or added, it is still known for an envelope and does not open', () => {
  const edits = fc.record({
    at: fc.nat(),
    drop: fc.nat({ max: 1 }),
    put: fc.string({ unit: 'binary-ascii', maxLength: 1 }),
  });
  fc.assert(
    fc.property(anyKey, edits, (text, { at, drop, put }) => {
      const envelope = seal(text, PLACE, KEY);
      const index = at % envelope.length;
      const changed = envelope.slice(0, index) + put + envelope.slice(index + drop);
      fc.pre(changed !== envelope);
      expect(looksSealed(changed)).toBe(true);
      expect(() => open(changed, PLACE, [KEY])).toThrow(UnreadableKey);
    }),
    { numRuns: 2000 },
  );
});

test('no other last character stands for the same bytes', () => {
  for (const text of ['a', 'ab', 'abc']) {
    const envelope = seal(text, PLACE, KEY);
    for (const last of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_') {
      const changed = envelope.slice(0, -1) + last;
      if (changed !== envelope) expect(() => open(changed, PLACE, [KEY])).toThrow(UnreadableKey);
    }
  }
});

test('it opens in no other place, and with no other key, not even one of the same id', () => {
  const envelope = seal('sk-very-secret', PLACE, KEY);
  const attempts = [
    () => open(envelope, 'llm_configs.api_key:2', [KEY]),
    () => open(envelope, 'llm_configs.api_key:11', [KEY]),
    () => open(envelope, PLACE, []),
    () => open(envelope, PLACE, [fresh()]),
    () => open(envelope, PLACE, [{ ...fresh(), id: KEY.id }]),
  ];
  for (const attempt of attempts) {
    expect(attempt).toThrow(UnreadableKey);
    expect(attempt).toThrow(KEY.id);
    expect(attempt).not.toThrow('very-secret');
  }
});

test.each(['sk-proj-abc_DEF', 'AIzaSy-x', 'a:b:c', 'Bearer: x', '{"key": "x:y"}', 'llm-call-log', ''])(
  'the key %j in the clear is not taken for an envelope',
  (text) => {
    expect(looksSealed(text)).toBe(false);
  },
);

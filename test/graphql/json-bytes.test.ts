import { expect, test } from '@jest/globals';
import { assert, jsonValue, property, string, dictionary } from 'fast-check';
import { isDeeperThan, topLevelQuery } from '../../src/graphql/json-bytes.js';

test('the query is found wherever it stands, and none where there is none', () => {
  const others = dictionary(
    string().filter((key) => key !== 'query'),
    jsonValue(),
  );
  assert(
    property(others, string({ unit: 'binary' }), others, string(), (before, query, after, space) => {
      const padding = space.replace(/[^ \n\t]/g, '');
      const body = { ...before, query, ...after };
      expect(topLevelQuery(Buffer.from(JSON.stringify(body, null, padding)))).toBe(
        JSON.parse(JSON.stringify(query)).toWellFormed(),
      );
      expect(topLevelQuery(Buffer.from(JSON.stringify({ ...before, ...after })))).toBeUndefined();
    }),
  );
});

test.each([
  '',
  '[]',
  '{',
  '{"query"',
  '{"query":',
  '{"query":"',
  '{"query":1}',
  '{"a":{"query":"x"}}',
  '["query","x"]',
  '{query:"x"}',
])('there is none in %j', (text) => {
  expect(topLevelQuery(Buffer.from(text))).toBeUndefined();
});

test('brackets count by how deep they stand, and not in texts', () => {
  const deep = (levels: number) => Buffer.from('['.repeat(levels) + ']'.repeat(levels));
  expect(isDeeperThan(5, deep(5))).toBe(false);
  expect(isDeeperThan(5, deep(6))).toBe(true);
  expect(isDeeperThan(1, Buffer.from('["[[[[\\"[[", "\\\\", "{{"]'))).toBe(false);
  expect(isDeeperThan(2, Buffer.from('[[],[],[{}]]'))).toBe(true);
  expect(isDeeperThan(2, Buffer.from('[[],[],{}]'))).toBe(false);
});

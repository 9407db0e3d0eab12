import { describe, expect, test } from '@jest/globals';
import { getIntrospectionQuery } from 'graphql';
import { readFileSync } from 'node:fs';
import { useTestServer } from '../../support/server.js';

const LIMITS = { tokens: 60, definitions: 4, depth: 6, aliases: 5, fields: 20, repeats: 3 };
const small = useTestServer(() => ({ limits: LIMITS }));
const usual = useTestServer();

const times = (count: number, part: string | ((index: number) => string)) =>
  Array.from({ length: count }, (_, index) => (typeof part === 'string' ? part : part(index))).join(' ');

/** What is counted, the limit, its code, and a document that has just so many. */
const DOCUMENTS: [string, keyof typeof LIMITS, string, (size: number) => string][] = [
  [
    'tokens',
    'tokens',
    'TOO_MANY_TOKENS',
    (size) => `{ callLogs(filter: { id: { in: [${times(size - 20, '1')}] } }) { totalCount } }`,
  ],
  [
    'operations and fragments',
    'definitions',
    'TOO_MANY_DEFINITIONS',
    (size) =>
      `{ ${times(size - 1, (index) => `...F${index}`)} }
       ${times(size - 1, (index) => `fragment F${index} on Query { __typename }`)}`,
  ],
  [
    'levels',
    'depth',
    'TOO_DEEP',
    (size) => `{ usage { ${times(size - 3, 'previous {')} totals { calls } ${times(size - 3, '}')} } }`,
  ],
  [
    'levels of which some are in a fragment',
    'depth',
    'TOO_DEEP',
    (size) =>
      `{ usage { ...F } } fragment F on Usage { ${times(size - 3, 'previous {')} totals { calls } ${times(size - 3, '}')} }`,
  ],
  [
    'aliases',
    'aliases',
    'TOO_MANY_ALIASES',
    (size) => `{ ${times(size, (index) => `a${index}: __typename`)} }`,
  ],
  [
    'aliases of which some are in a fragment that is spread twice',
    'aliases',
    'TOO_MANY_ALIASES',
    (size) =>
      `{ ...F ... on Query { ...F } ${times(size - 4, (index) => `c${index}: __typename`)} }
       fragment F on Query { a: __typename b: __typename }`,
  ],
  [
    'fields, those of a fragment as often as it is spread, and spreads',
    'fields',
    'TOO_MANY_FIELDS',
    (size) =>
      `{ usage { totals { ...F ...F ${times(size - 12, (index) => ['errors', 'successes', 'errorRate'][index % 3] ?? '')} } } }
       fragment F on UsageTotals { calls tokensUsed promptTokens completionTokens }`,
  ],
  ['repeats', 'repeats', 'TOO_MANY_REPEATS', (size) => `{ ${times(size, '__typename')} }`],
  [
    'repeats within repeated fields',
    'repeats',
    'TOO_MANY_REPEATS',
    (size) => `{ usage { totals { calls } } usage { ${times(size - 1, 'totals { calls }')} } }`,
  ],
];

describe.each(DOCUMENTS)('a document is limited in its %s', (_, limited, code, documentOf) => {
  const limit = LIMITS[limited];

  test('as many as the limit are answered', async () => {
    expect((await small.send(documentOf(limit))).errors).toBeUndefined();
  });

  test('one more is refused, with the numbers', async () => {
    const { status, data, errors } = await small.send(documentOf(limit + 1));
    expect(status).toBe(400);
    expect(data).toBeUndefined();
    // Tokens and fields are not counted to the end.
    const numbers = limited === 'tokens' || limited === 'fields' ? { limit } : { limit, actual: limit + 1 };
    expect(errors).toMatchObject([{ message: expect.any(String), extensions: expect.anything() }]);
    expect(errors?.[0]?.extensions).toEqual({ code, ...numbers });
  });
});

test('a fragment that nothing spreads is measured, too', async () => {
  const unused = DOCUMENTS.find(([, limited]) => limited === 'repeats')?.[3](LIMITS.repeats + 1) ?? '';
  const { errors } = await small.send(`{ __typename } fragment F on Query ${unused}`);
  expect(errors).toMatchObject([{ extensions: { code: 'TOO_MANY_REPEATS' } }]);
});

test.each(['{', '{ nothing }', '{ ...Nothing }'])(
  'a mistake that is no excess is told as ever: %s',
  async (query) => {
    const { errors } = await small.send(query);
    expect(errors?.[0]?.extensions['code']).toMatch(/^GRAPHQL_(PARSE|VALIDATION)_FAILED$/);
  },
);

describe('as usual', () => {
  const options = { schemaDescription: true, specifiedByUrl: true, directiveIsRepeatable: true };
  const everything = `id configId templateId groupId group { id name } activationCode requestMessages requestParams
    responseContent responseData status errorMessage tokensUsed promptTokens completionTokens callTime durationMs model`;
  const month = 'filter: { callTime: { from: "2026-10-01T00:00:00Z", to: "2026-10-31T00:00:00Z" } }';

  test.each([
    ['the introspection of GraphiQL', getIntrospectionQuery({ ...options, inputValueDeprecation: true })],
    ['the overview of the demo', readFileSync('src/graphiql/overview.graphql', 'utf8')],
    [
      'a page of 1000 calls with all their fields',
      `{ callLogs(first: 1000) { totalCount pageInfo { hasNextPage endCursor } edges { cursor node { ${everything} } } } }`,
    ],
    [
      'the usage of 100 groups',
      '{ groups(first: 100) { nodes { id name usage { totals { calls tokensUsed } } } } }',
    ],
    [
      'a dashboard',
      `{ usage(${month}) {
          totals { calls errorRate tokensUsed p95: durationMsPercentile(p: 0.95) }
          previous { totals { calls errorRate tokensUsed } }
          series(interval: DAY) { start end usage { totals { calls errors tokensUsed } } }
          byGroup(top: 10) { group { id name } usage { totals { calls tokensUsed } } }
          byModel { model usage { totals { calls tokensUsed averageDurationMs } } }
          byStatus { status usage { totals { calls } } } } }`,
    ],
    [
      '100 groups by 100 models',
      '{ usage { byGroup { usage { byModel { usage { totals { calls } } } } } } }',
    ],
  ])('%s is answered', async (_, query) => {
    expect((await usual.send(query)).errors).toBeUndefined();
  });
});

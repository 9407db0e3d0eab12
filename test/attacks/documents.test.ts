import { afterEach, expect, test } from '@jest/globals';
import { useTestServer } from '../support/server.js';

const server = useTestServer();

/**
 * CPU time of this process, in microseconds, so that it does not matter how busy the machine is: far more than a refusal
 * takes, and far less than what is refused would.
 */
const MAX_CPU_US = 1_000_000;

const times = (count: number, part: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => part(index)).join(' ');

const bomb = (levels: number, name: string, end: string) =>
  `{ ...F0 } ${times(levels, (level) => `fragment F${level} on ${name} { ...F${level + 1} ...F${level + 1} ...F${level + 1} }`)}
   fragment F${levels} on ${name} { ${end} }`;

const ATTACKS: [string, string, string][] = [
  [
    'ten thousand levels',
    `{ usage ${'{ previous '.repeat(10_000)} { totals { calls } } ${'}'.repeat(10_001)}`,
    'TOO_DEEP',
  ],
  [
    'a thousand levels',
    `{ usage ${'{ previous '.repeat(900)} { totals { calls } } ${'}'.repeat(901)}`,
    'TOO_DEEP',
  ],
  ['levels that are never closed', '{ usage '.repeat(2400), 'TOO_DEEP'],
  ['brackets as deep as they may stand, and not closed', '{ usage '.repeat(1100), 'GRAPHQL_PARSE_FAILED'],
  [
    'values nested as deep as they may be',
    `{ callLogs(filter: { requestParams: ${'{ a: '.repeat(1097)} 1 ${'}'.repeat(1097)} }) { totalCount } }`,
    'BAD_USER_INPUT',
  ],
  ['ten thousand aliases', `{ ${times(10_000, (index) => `a${index}: __typename`)} }`, 'TOO_MANY_TOKENS'],
  ['a thousand aliases', `{ ${times(900, (index) => `a${index}: __typename`)} }`, 'TOO_MANY_ALIASES'],
  ['the same field a thousand times', `{ ${times(900, () => 'viewer { name }')} }`, 'TOO_MANY_FIELDS'],
  [
    'the same field and its fields, time after time',
    `{ ${times(25, () => `usage { ${times(8, () => 'totals { calls }')} }`)} }`,
    'TOO_MANY_REPEATS',
  ],
  [
    'fragments that spread each other',
    '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }',
    'GRAPHQL_VALIDATION_FAILED',
  ],
  [
    'a fragment that spreads itself, deeper each time',
    '{ usage { ...A } } fragment A on Usage { previous { ...A ...A } }',
    'GRAPHQL_VALIDATION_FAILED',
  ],
  ['fragments that triple twenty times', bomb(20, 'Query', '__typename'), 'TOO_MANY_FIELDS'],
  ['fragments that triple ninety times', bomb(90, 'Query', 'usage { totals { calls } }'), 'TOO_MANY_FIELDS'],
  [
    'a thousand fragments',
    `{ __typename } ${times(700, (index) => `fragment F${index} on Query { __typename }`)}`,
    'TOO_MANY_DEFINITIONS',
  ],
  ['a thousand operations', times(900, (index) => `query Q${index} { __typename }`), 'TOO_MANY_DEFINITIONS'],
  ['two thousand directives', `{ __typename ${'@a '.repeat(2000)} }`, 'GRAPHQL_VALIDATION_FAILED'],
  [
    'two thousand variables',
    `query (${'$a: Int '.repeat(1200)}) { __typename }`,
    'GRAPHQL_VALIDATION_FAILED',
  ],
  [
    'values nested two thousand times',
    `{ callLogs(filter: { requestParams: { a: ${'['.repeat(2000)}${']'.repeat(2000)} } }) { totalCount } }`,
    'TOO_DEEP',
  ],
  [
    'filters nested three hundred times',
    `{ callLogs(filter: ${'{ not: '.repeat(300)} {} ${'}'.repeat(300)}) { totalCount } }`,
    'BAD_USER_INPUT',
  ],
  [
    'bad values by the thousand',
    `{ callLogs(filter: { id: { in: [${'true '.repeat(4900)}] } }) { totalCount } }`,
    'BAD_USER_INPUT',
  ],
  [
    'a thousand slices of a thousand slices',
    '{ usage { byGroup(top: 1000) { usage { byModel(top: 1000) { usage { totals { calls } } } } } } }',
    'TOO_COSTLY',
  ],
  [
    'ninety-nine pages of a thousand calls',
    `{ ${times(99, (index) => `a${index}: callLogs(first: 1000) { nodes { id } }`)} }`,
    'TOO_COSTLY',
  ],
  [
    'introspection of introspection',
    '{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }',
    'GRAPHQL_VALIDATION_FAILED',
  ],
  [
    'introspection again and again',
    `{ ${times(40, (index) => `a${index}: __schema { types { fields { args { type { fields { args { name } } } } } } }`)} }`,
    'TOO_COSTLY',
  ],
];

test.each(ATTACKS)('%s are refused, at the cost of little CPU time', async (_, query, code) => {
  const before = process.cpuUsage();
  const { status, data, errors } = await server.send(query);
  const { user, system } = process.cpuUsage(before);
  expect(user + system).toBeLessThan(MAX_CPU_US);
  expect([200, 400]).toContain(status);
  expect(data ?? null).toBeNull();
  expect(errors?.[0]?.extensions['code']).toBe(code);
});

afterEach(async () => {
  expect(await server.query('{ callLogs { totalCount } }')).toEqual({ callLogs: { totalCount: 0 } });
});

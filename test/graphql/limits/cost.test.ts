import { describe, expect, test } from '@jest/globals';
import { getOperationAST, parse } from 'graphql';
import { operationCost } from '../../../src/graphql/limits/cost.js';
import { createSchema } from '../../../src/schema.js';
import { useTestServer } from '../../support/server.js';

const LIMIT = 2000;
const server = useTestServer(() => ({ limits: { cost: LIMIT } }));
const schema = await createSchema();

function costOf(query: string, variables: Record<string, unknown> = {}): number {
  const document = parse(query);
  const operation = getOperationAST(document);
  if (!operation) throw new Error('There is no operation.');
  return operationCost(schema, document, operation)(variables);
}

/** What a selection in `usage` costs, besides `usage` itself. */
const inUsage = (selection: string, args = '') => costOf(`{ usage${args} { ${selection} } }`) - 1;

const OCTOBER = '(filter: { callTime: { from: "2026-10-01T00:00:00Z", to: "2026-10-31T00:00:00Z" } })';

describe('what an operation costs', () => {
  test('each object one, and each list what its page size says', () => {
    expect(costOf('{ group(id: 1) { id name } }')).toBe(1);
    expect(costOf('{ groups(first: 7) { nodes { id } } }')).toBe(100 + 1 + 7);
    expect(costOf('{ groups { nodes { id } } }')).toBe(100 + 1 + 50);
    expect(costOf('{ groups(last: 7) { edges { node { id } } pageInfo { hasNextPage } } }')).toBe(
      100 + 1 + 14 + 1,
    );
  });

  test('a body more than other values', () => {
    const page = (field: string) => costOf(`{ callLogs(first: 10) { nodes { ${field} } } }`);
    expect(page('requestMessages') - page('id')).toBe(50);
  });

  test('slices of slices as many as their numbers multiplied, and each statement once', () => {
    const models = 'byModel(top: 30) { usage { totals { calls } } }';
    expect(inUsage('totals { calls }')).toBe(501);
    expect(inUsage(models)).toBe(2 * 500 + 30 * 3);
    expect(inUsage(`byGroup(top: 20) { usage { ${models} } }`)).toBe(3 * 500 + 20 * (2 + 30 * 3));
    expect(costOf(`{ groups(first: 20) { nodes { usage { ${models} } } } }`)).toBe(
      100 + 1 + 2 * 500 + 20 * (2 + 90),
    );
  });

  test.each([
    ['DAY', OCTOBER, 31],
    ['HOUR', OCTOBER, 721],
    ['MINUTE', OCTOBER, 5000],
    ['DAY', '', 366],
    ['MONTH', '', 14],
    ['DAY', '(filter: { callTime: { from: "2026-10-01T00:00:00Z" } })', 366],
  ])('a series by %s of usage%s as %s buckets', (interval, args, buckets) => {
    expect(inUsage(`series(interval: ${interval}) { start }`, args)).toBe(500 + buckets);
  });

  test('a series in the buckets of another as many as fit into one of those', () => {
    const hours = 'series(interval: HOUR) { start }';
    expect(inUsage(`series(interval: DAY) { usage { ${hours} } }`, OCTOBER)).toBe(1000 + 31 * (2 + 25));
    expect(inUsage(`byModel(top: 2) { usage { ${hours} } }`, OCTOBER)).toBe(1000 + 2 * (2 + 721));
  });

  test('fragments where they are spread', () => {
    const plain = costOf('{ a: groups(first: 9) { nodes { id } } b: groups(first: 9) { nodes { id } } }');
    const spread =
      '{ a: groups(first: 9) { ...F } b: groups(first: 9) { ... { ...F } } } fragment F on GroupConnection { nodes { id } }';
    expect(costOf(spread)).toBe(plain);
  });

  test('variables by their values, or their defaults, inside of a filter, too', () => {
    const groups = 'query ($first: Int = 7) { groups(first: $first) { nodes { id } } }';
    expect(costOf(groups)).toBe(108);
    expect(costOf(groups, { first: 3 })).toBe(104);
    const days = `query ($from: DateTime, $filter: CallLogFilter) {
      a: usage(filter: { callTime: { from: $from, to: "2026-10-11T00:00:00Z" } }) { series(interval: DAY) { start } }
      b: usage(filter: $filter) { series(interval: DAY) { start } } }`;
    const filter = { callTime: { from: '2026-10-01T00:00:00Z', to: '2026-10-06T00:00:00Z' } };
    expect(costOf(days, { from: '2026-10-01T00:00:00Z', filter })).toBe(2 + 1000 + 11 + 6);
  });

  test('what is skipped, or not included, nothing', () => {
    const all = costOf('{ groups { totalCount nodes { id } } usage { totals { calls } } }');
    const usage = costOf('{ usage { totals { calls } } }');
    expect(costOf('{ groups @skip(if: true) { totalCount } usage { totals { calls } } }')).toBe(usage);
    expect(costOf('{ ... @include(if: false) { groups { totalCount } } usage { totals { calls } } }')).toBe(
      usage,
    );
    const spread = `query ($skip: Boolean = true, $include: Boolean!) {
      groups @skip(if: $skip) @include(if: true) { ...F }
      usage { ...U @include(if: $include) }
    } fragment F on GroupConnection { totalCount nodes { id } } fragment U on Usage { totals { calls } }`;
    expect(costOf(spread, { skip: false, include: true })).toBe(all);
    expect(costOf(spread, { include: true })).toBe(usage);
    expect(costOf(spread, { include: false })).toBe(1);
    // What execution is going to refuse.
    expect(costOf(spread, { skip: 'true', include: 'false' })).toBe(all);
  });

  test('a size that is going to be refused no more than the largest, whatever it is', () => {
    for (const first of [1e9, 'many', null, [1], -5]) {
      const cost = costOf('query ($first: Int) { groups(first: $first) { nodes { id } } }', { first });
      expect(cost).toBeLessThanOrEqual(1101);
    }
  });
});

const page = 'query ($first: Int) { groups(first: $first) { a: nodes { id } b: nodes { id } } }';

test('an operation that costs as much as the limit is answered', async () => {
  // 100 and 1 and 2 × 949 make 1999.
  expect((await server.send(page, { first: 949 })).errors).toBeUndefined();
});

test('one that costs more is refused with its cost, before anything of it is done', async () => {
  const { status, data, errors } = await server.send(page, { first: 950 });
  expect(status).toBe(400);
  expect(data).toBeUndefined();
  expect(errors).toMatchObject([{ message: expect.stringMatching(/smaller pages/) }]);
  expect(errors?.[0]?.extensions).toEqual({ code: 'TOO_COSTLY', limit: LIMIT, actual: 2001 });
});

test('one that costs more by what it leaves out is answered without that', async () => {
  const query = `query ($first: Int, $twice: Boolean!) {
    groups(first: $first) { a: nodes { id } b: nodes @include(if: $twice) { id } }
  }`;
  expect(await server.query(query, { first: 950, twice: false })).toEqual({ groups: { a: [] } });
  const { errors } = await server.send(query, { first: 950, twice: true });
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'TOO_COSTLY', actual: 2001 });
});

test('a size that the field refuses is refused by the field', async () => {
  for (const first of [1001, 2 ** 31 - 1]) {
    const { errors } = await server.send(`{ groups(first: ${first}) { nodes { id } } }`);
    expect(errors?.[0]?.extensions).toEqual({
      ...{ code: 'BAD_USER_INPUT', argument: 'first', limit: 1000, actual: first },
    });
  }
});

import { expect, test } from '@jest/globals';
import { expectRefusal, useRefusals, type Place } from './refusing.js';

const { server, expectRefused } = useRefusals();

/** A list's size, in each kind of list. */
const size = (argument: 'first' | 'last'): Place => ({
  argument,
  type: 'Int',
  queries: [
    (value) => `callLogs(${argument}: ${value}) { nodes { id } }`,
    (value) => `groups(${argument}: ${value}) { nodes { id } }`,
    (value) => `group(id: 1) { callLogs(${argument}: ${value}) { nodes { id } } }`,
  ],
});

test.each([1001, 2147483647, -1])('a page of %i is refused', async (number) => {
  await expectRefused(size('first'), number, 'first', /first must be from 0 to 1000/);
  await expectRefused(size('last'), number, 'last', /last must be from 0 to 1000/);
});

test.each([1.5, '5', 2 ** 31, true])('a page of %j is refused', async (number) => {
  await expectRefused(size('first'), number, 'first', /Int/);
  await expectRefused(size('last'), number, 'last', /Int/);
});

test.each([
  [10, 10],
  [0, 0],
])('first: %i with last: %i is refused', async (first, last) => {
  for (const list of ['callLogs', 'groups']) {
    expectRefusal(
      await server.send(`{ ${list}(first: ${first}, last: ${last}) { nodes { id } } }`),
      'last',
      /cannot go together with first/,
    );
    const query = `query ($first: Int, $last: Int) { ${list}(first: $first, last: $last) { nodes { id } } }`;
    expectRefusal(await server.send(query, { first, last }), 'last', /cannot go together with first/);
  }
});

test.each([-1, 1001, null])('rotations(first: %j) is refused', async (first) => {
  const queries = [(value: string) => `llmConfig { rotations(first: ${value}) { id } }`];
  await expectRefused(
    { argument: 'first', type: 'Int', queries },
    first,
    'first',
    /first must be from 0 to 1000/,
  );
});

const TOP: Place = {
  argument: 'top',
  type: 'Int',
  queries: ['byGroup', 'byModel', 'byConfig', 'byActivationCode'].map(
    (field) => (value) => `usage { ${field}(top: ${value}) { usage { totals { calls } } } }`,
  ),
};

test.each([0, -1, 1001, null])('top: %j is refused', async (top) => {
  await expectRefused(TOP, top, 'top', /top must be from 1 to 1000/);
});

test('a series of more than 5000 buckets is refused, and one of 5000 is not', async () => {
  const start = Date.parse('2024-01-01T00:00:00Z');
  const minutes = (count: number) => ({
    callTime: { from: '2024-01-01T00:00:00Z', to: new Date(start + count * 60_000).toISOString() },
  });
  const query = `query ($filter: CallLogFilter, $interval: TimeInterval!) {
    usage(filter: $filter) { series(interval: $interval) { start } } }`;
  const most = await server.query(query, { filter: minutes(5000), interval: 'MINUTE' });
  expect(most.usage.series).toHaveLength(5000);
  const more = await server.send(query, { filter: minutes(5001), interval: 'MINUTE' });
  expectRefusal(more, 'interval', /more than 5000 buckets.*longer interval or narrow callTime/);
  const ages = { callTime: { from: '0001-01-01T00:00:00Z', to: '9999-12-31T23:59:59Z' } };
  for (const interval of ['MINUTE', 'HOUR', 'DAY', 'WEEK', 'MONTH', 'QUARTER', 'YEAR']) {
    expectRefusal(await server.send(query, { filter: ages, interval }), 'interval', /more than 5000 buckets/);
  }
});

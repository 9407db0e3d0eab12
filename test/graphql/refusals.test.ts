import { expect, test } from '@jest/globals';
import { EnumName, useRefusals, type Place } from './refusing.js';

const { server, expectRefused } = useRefusals();

const P: Place = {
  argument: 'p',
  type: 'Float!',
  queries: [(value) => `usage { totals { durationMsPercentile(p: ${value}) } }`],
};

test.each([0, 1, 2, -0.5])('the percentile %d is refused', async (p) => {
  await expectRefused(P, p, 'p', /greater than 0 and less than 1/);
});

test('unknown values of orderBy and interval are refused', async () => {
  const orderBy = { argument: 'orderBy', type: 'CallLogOrder! = CALL_TIME_DESC' };
  await expectRefused(
    { ...orderBy, queries: [(value) => `callLogs(orderBy: ${value}) { nodes { id } }`] },
    new EnumName('CALL_TIME'),
    'orderBy',
    /CallLogOrder.*CALL_TIME_ASC/,
  );
  await expectRefused(
    { ...orderBy, queries: [(value) => `callLogs(orderBy: ${value}) { nodes { id } }`] },
    null,
    'orderBy',
    /CallLogOrder!/,
  );
  await expectRefused(
    {
      argument: 'interval',
      type: 'TimeInterval!',
      queries: [(value) => `usage { series(interval: ${value}) { start } }`],
    },
    new EnumName('DAYS'),
    'interval',
    /TimeInterval.*DAY/,
  );
  await expectRefused(
    {
      argument: 'orderBy',
      type: 'UsageOrder',
      queries: [(value) => `usage { byModel(orderBy: ${value}) { model } }`],
    },
    null,
    'orderBy',
    /leave it out/,
  );
});

test('a variable that is not given where one is needed is refused', async () => {
  const { status, errors } = await server.send('query ($id: ID!) { callLog(id: $id) { id } }');
  expect(status).toBe(400);
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  expect(errors?.[0]?.message).toContain('$id');
});

test.each([
  ['a document that is no GraphQL', '{ callLogs(', 'GRAPHQL_PARSE_FAILED'],
  ['a field that does not exist', '{ callLogs { rows } }', 'GRAPHQL_VALIDATION_FAILED'],
  ['an argument that does not exist', '{ callLogs(limit: 5) { nodes { id } } }', 'GRAPHQL_VALIDATION_FAILED'],
])('%s is answered with status 400 and its own code', async (_, query, code) => {
  const { status, data, errors } = await server.send(query);
  expect(status).toBe(400);
  expect(data).toBeUndefined();
  expect(errors).toMatchObject([{ extensions: { code } }]);
  expect(errors?.[0]?.extensions).not.toHaveProperty('stacktrace');
});

test('one bad field does not take the good ones beside it away', async () => {
  const { data, errors } = await server.send('{ bad: callLog(id: "x") { id } good: callLog(id: 1) { id } }');
  expect(data).toEqual({ bad: null, good: { id: '1' } });
  expect(errors).toMatchObject([{ path: ['bad'], extensions: { code: 'BAD_USER_INPUT', argument: 'id' } }]);
});

import { describe, expect, test } from '@jest/globals';
import { getIntrospectionQuery } from 'graphql';
import { useTestServer } from '../support/server.js';

const open = useTestServer();
const closed = useTestServer(() => ({ http: { introspection: false } }));

/** Mistakes of which the answer may suggest what was meant. */
const MISSPELLED: [string, string, Record<string, unknown>][] = [
  ['a field', '{ callLogz { totalCount } }', {}],
  ['an argument', '{ callLogs(firzt: 1) { totalCount } }', {}],
  ['a type', 'query ($filter: CallLogFilterz) { callLogs(filter: $filter) { totalCount } }', {}],
  ['an enum value', '{ callLogs(orderBy: CALL_TIME_DES) { totalCount } }', {}],
  ['an input field', '{ callLogs(filter: { statuz: { eq: SUCCESS } }) { totalCount } }', {}],
  [
    'an input field of a variable',
    'query ($filter: CallLogFilter) { callLogs(filter: $filter) { totalCount } }',
    { filter: { statuz: {} } },
  ],
  [
    'an enum value of a variable',
    'query ($orderBy: CallLogOrder!) { callLogs(orderBy: $orderBy) { totalCount } }',
    { orderBy: 'CALL_TIME_DES' },
  ],
];

describe('as usual', () => {
  test('callers may ask for the schema', async () => {
    const { data } = await open.send(getIntrospectionQuery());
    expect(data.__schema.queryType).toEqual(expect.objectContaining({ name: 'Query' }));
  });

  test.each(MISSPELLED)(
    '%s that is misspelled is answered with what was meant',
    async (_, query, variables) => {
      const { errors } = await open.send(query, variables);
      expect(errors?.[0]?.message).toMatch(/Did you mean/);
    },
  );
});

describe('with INTROSPECTION=off', () => {
  test.each([
    getIntrospectionQuery(),
    '{ __schema { types { name } } }',
    '{ __type(name: "Query") { name } }',
  ])('the schema is not told: %.30s', async (query) => {
    const { status, data, errors } = await closed.send(query);
    expect(status).toBe(400);
    expect(data).toBeUndefined();
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'GRAPHQL_VALIDATION_FAILED' });
  });

  test.each(MISSPELLED)(
    '%s that is misspelled is refused, and no name is suggested',
    async (_, query, variables) => {
      const { errors } = await closed.send(query, variables);
      expect(errors?.length).toBeGreaterThan(0);
      expect(JSON.stringify(errors)).not.toMatch(/did you mean/i);
    },
  );

  test('__typename, by which clients tell types apart, is answered', async () => {
    expect(await closed.query('{ __typename callLogs { __typename } }')).toEqual({
      __typename: 'Query',
      callLogs: { __typename: 'CallLogConnection' },
    });
  });
});

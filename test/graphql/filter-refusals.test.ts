import { expect, test } from '@jest/globals';
import { EnumName, FILTER, useRefusals } from './refusing.js';
import { bearer } from '../support/token.js';

const { server, expectRefused } = useRefusals();

const OPERATOR_FIELDS = [
  ...['id', 'status', 'groupId', 'configId', 'templateId', 'activationCode', 'model', 'errorMessage'],
  ...['tokensUsed', 'promptTokens', 'completionTokens', 'durationMs', 'callTime'],
];

test.each(OPERATOR_FIELDS)('a condition on %s that is {} or null is refused, not ignored', async (field) => {
  const right = field === 'callTime' ? /must have from, to or both/ : /must name a condition/;
  for (const nothing of [{}, null]) {
    await expectRefused(FILTER, { [field]: nothing }, `filter.${field}`, right);
  }
});

test.each([
  ['id', 'eq'],
  ['id', 'notIn'],
  ['status', 'eq'],
  ['status', 'in'],
  ['groupId', 'isNull'],
  ['configId', 'in'],
  ['templateId', 'ne'],
  ['activationCode', 'startsWith'],
  ['model', 'contains'],
  ['errorMessage', 'eq'],
  ['tokensUsed', 'gt'],
  ['promptTokens', 'gte'],
  ['completionTokens', 'lt'],
  ['durationMs', 'lte'],
])('%s: { %s: null } is refused, and isNull is pointed to', async (field, operator) => {
  await expectRefused(
    FILTER,
    { [field]: { [operator]: null } },
    `filter.${field}.${operator}`,
    /isNull: true/,
  );
});

test.each([
  [{ callTime: { from: null } }, 'filter.callTime.from', /must be a time; leave it out/],
  [{ callTime: { to: null } }, 'filter.callTime.to', /must be a time; leave it out/],
  [{ text: null }, 'filter.text', /must be a text; leave it out/],
  [{ requestParams: null }, 'filter.requestParams', /must be a JSON object/],
  [{ requestParams: [1] }, 'filter.requestParams', /must be a JSON object/],
  [{ requestParams: 'gpt' }, 'filter.requestParams', /must be a JSON object/],
  [{ and: [] }, 'filter.and', /at least one filter/],
  [{ or: [] }, 'filter.or', /at least one filter/],
  [{ and: null }, 'filter.and', /at least one filter/],
  [{ or: null }, 'filter.or', /at least one filter/],
  [{ not: null }, 'filter.not', /must name at least one field/],
  [{ not: {} }, 'filter.not', /must name at least one field/],
  [{ and: [{}] }, 'filter.and[0]', /must name at least one field/],
  [{ or: [{ text: 'a' }, {}] }, 'filter.or[1]', /must name at least one field/],
  [{ or: [{ and: [{ not: { id: {} } }] }] }, 'filter.or[0].and[0].not.id', /must name a condition/],
])('the filter %j is refused', async (filter, path, right) => {
  await expectRefused(FILTER, filter, path, right);
});

test.each([
  ['an unknown field', { colour: { eq: 'red' } }, 'filter', /colour.*CallLogFilter/],
  ['an unknown operator', { tokensUsed: { equals: 1 } }, 'filter.tokensUsed', /equals/],
  ['an operator of another kind', { status: { contains: 's' } }, 'filter.status', /contains/],
  ['an unknown enum value', { status: { eq: new EnumName('FAILED') } }, 'filter.status.eq', /FAILED/],
  [
    'an unknown enum value in a list',
    { status: { in: [new EnumName('success')] } },
    'filter.status.in',
    /SUCCESS/,
  ],
  ['a text for a number', { tokensUsed: { gt: '5' } }, 'filter.tokensUsed.gt', /Int/],
  ['a number with decimals', { tokensUsed: { gt: 1.5 } }, 'filter.tokensUsed.gt', /Int/],
  ['a number beyond 32 bits', { tokensUsed: { lt: 2 ** 31 } }, 'filter.tokensUsed.lt', /32-bit/],
  ['a null in a list', { tokensUsed: { in: [1, null] } }, 'filter.tokensUsed.in', /null/],
])('a filter with %s is refused', async (_, filter, path, right) => {
  await expectRefused(FILTER, filter, path, right);
});

test('a filter nested 33 levels deep is refused, and one nested thousands deep ends no server', async () => {
  const query = 'query ($filter: CallLogFilter) { callLogs(filter: $filter) { totalCount } }';
  const ask = async (levels: number) => {
    const filter = `${'{"not":'.repeat(levels)}{"status":{"eq":"SUCCESS"}}${'}'.repeat(levels)}`;
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...bearer() },
      body: `{"query":${JSON.stringify(query)},"variables":{"filter":${filter}}}`,
    });
    return response.json();
  };
  expect(await ask(32)).not.toHaveProperty('errors');
  expect(await ask(33)).toMatchObject({
    errors: [{ message: expect.stringContaining('32 levels'), extensions: { code: 'BAD_USER_INPUT' } }],
  });
  for (const levels of [3000, 10_000]) {
    expect(await ask(levels)).toMatchObject({ errors: [{ extensions: { code: expect.any(String) } }] });
  }
  expect(await ask(0)).not.toHaveProperty('errors');
});

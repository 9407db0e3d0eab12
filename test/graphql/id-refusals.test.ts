import { expect, test } from '@jest/globals';
import { FILTER, useRefusals, type Place } from './refusing.js';

const { server, expectRefused } = useRefusals();

const ID: Place = {
  argument: 'id',
  type: 'ID!',
  queries: [(value) => `callLog(id: ${value}) { id }`, (value) => `group(id: ${value}) { id }`],
};

const BAD_IDS: [unknown, RegExp][] = [
  ['abc', /whole number/],
  ['', /whole number/],
  [' 1', /whole number/],
  ['-1', /whole number/],
  [-1, /whole number/],
  ['1.5', /whole number/],
  ['1e3', /whole number/],
  ['0x10', /whole number/],
  ['１', /whole number/],
  ["1' OR '1'='1", /whole number/],
  [1.5, /ID/],
  [true, /ID/],
  ['9223372036854775808', /9223372036854775807/],
  ['1'.repeat(30), /9223372036854775807/],
];

test.each(BAD_IDS)('the id %j is refused wherever an id goes', async (id, right) => {
  await expectRefused(ID, id, 'id', right);
  await expectRefused(FILTER, { id: { eq: id } }, 'filter.id.eq', right);
  await expectRefused(FILTER, { groupId: { in: ['1', id] } }, 'filter.groupId.in', right);
  await expectRefused(FILTER, { not: { configId: { ne: id } } }, 'filter.not.configId.ne', right);
});

test('ids up to 2^63-1 are looked for and not found', async () => {
  const id = '9223372036854775807';
  expect(
    await server.query(
      `query ($id: ID!) { callLog(id: $id) { id } group(id: $id) { id }
        callLogs(filter: { or: [{ id: { eq: $id } }, { groupId: { in: [$id] } }] }) { nodes { id } totalCount } }`,
      { id },
    ),
  ).toEqual({ callLog: null, group: null, callLogs: { nodes: [], totalCount: 0 } });
});

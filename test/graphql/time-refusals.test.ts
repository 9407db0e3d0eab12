import { test } from '@jest/globals';
import { FILTER, useRefusals, type Place } from './refusing.js';

const { expectRefused } = useRefusals();

test.each([
  ['2024-01-02T00:00:00Z', '2024-01-01T00:00:00Z'],
  ['2024-01-01T00:00:00Z', '2024-01-01T00:00:00Z'],
  ['2024-01-01T00:00:00Z', '2024-01-01T08:00:00+08:00'],
  ['2024-01-01T00:00:00.000001Z', '2024-01-01T00:00:00Z'],
])('a range from %s to %s, which holds no moment, is refused', async (from, to) => {
  await expectRefused(FILTER, { callTime: { from, to } }, 'filter.callTime.from', /must be before to/);
});

test.each([
  ['without an offset', '2024-01-01T00:00:00', /with an offset/],
  ['without a time', '2024-01-01', /with an offset/],
  ['on 31 February', '2024-02-31T00:00:00Z', /does not exist/],
  ['on 29 February of no leap year', '2023-02-29T00:00:00+08:00', /does not exist/],
  ['in a thirteenth month', '2024-13-01T00:00:00Z', /does not exist/],
  ['at 24:00', '2024-01-01T24:00:00Z', /does not exist/],
  ['in the year 0', '0000-01-01T00:00:00Z', /years 0001 to 9999/],
  ['in the year 0 in UTC', '0001-01-01T00:00:00+08:00', /years 0001 to 9999/],
  ['in the year 10000 in UTC', '9999-12-31T23:59:59-08:00', /years 0001 to 9999/],
  ['at an impossible offset', '2024-01-01T00:00:00+25:00', /with an offset/],
  ['as a number', 1704067200, /string/],
  ['as nothing', '', /with an offset/],
])('a time %s is refused', async (_, time, right) => {
  await expectRefused(FILTER, { callTime: { from: time } }, 'filter.callTime.from', right);
  await expectRefused(FILTER, { or: [{ callTime: { to: time } }] }, 'callTime.to', right);
});

const TIME_ZONE: Place = {
  argument: 'timeZone',
  type: 'TimeZone',
  queries: [(value) => `usage { series(interval: DAY, timeZone: ${value}) { start } }`],
};

test.each(['Mars/Olympus', '+08:00', '-0500', 'UTC+8', '', 'asia', "UTC'; --", '\0'])(
  'the time zone %j is refused',
  async (zone) => {
    await expectRefused(TIME_ZONE, zone, 'timeZone', /IANA name such as Asia\/Shanghai/);
  },
);

test('a time zone that is null or no string is refused', async () => {
  await expectRefused(TIME_ZONE, null, 'timeZone', /leave it out for UTC/);
  await expectRefused(TIME_ZONE, 8, 'timeZone', /string/);
});

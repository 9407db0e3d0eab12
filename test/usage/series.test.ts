import { beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { eventually } from '../support/eventually.js';
import { replaceRows } from '../support/insert-rows.js';
import type { ModelRow } from '../support/call-log-model.js';
import { useTestServer } from '../support/server.js';

const server = useTestServer();

interface Bucket {
  start: string;
  end: string;
  usage: { totals: { calls: number } };
}

function callsAt(...times: string[]): ModelRow[] {
  const nothing = { configId: null, templateId: null, groupId: null, activationCode: null, durationMs: null };
  const empty = { requestParams: null, responseContent: null, responseData: null, errorMessage: null };
  const tokens = { tokensUsed: 1, promptTokens: null, completionTokens: null };
  return times.map((time, index) => ({
    ...{ id: String(index + 1), ...nothing, ...empty, ...tokens },
    ...{ requestMessages: [], status: 'success' as const, callTime: time.replace('Z', '.000000Z') },
  }));
}

async function series(
  interval: string,
  timeZone: string,
  callTime?: { from?: string; to?: string },
): Promise<Bucket[]> {
  const { usage } = await server.query(
    `query ($interval: TimeInterval!, $timeZone: TimeZone, $filter: CallLogFilter) {
      usage(filter: $filter) {
        series(interval: $interval, timeZone: $timeZone) { start end usage { totals { calls } } }
      }
    }`,
    { interval, timeZone, filter: callTime ? { callTime } : {} },
  );
  return usage.series;
}

const hours = ({ start, end }: Bucket) => (Date.parse(end) - Date.parse(start)) / 3_600_000;
const starts = (buckets: Bucket[]) => buckets.map(({ start }) => start);
const calls = (buckets: Bucket[]) => buckets.map(({ usage }) => usage.totals.calls);

describe('across changes of daylight saving', () => {
  test('the day on which it begins in Berlin has 23 hours, and the day on which it ends 25', async () => {
    await replaceRows(
      server.database,
      callsAt('2024-03-30T23:00:00Z', '2024-03-31T21:59:59Z', '2024-10-27T22:59:59Z'),
    );
    const spring = await series('DAY', 'Europe/Berlin', {
      from: '2024-03-29T23:00:00Z',
      to: '2024-04-01T22:00:00Z',
    });
    expect(spring.map(hours)).toEqual([24, 23, 24]);
    expect(calls(spring)).toEqual([0, 2, 0]);
    const autumn = await series('DAY', 'Europe/Berlin', {
      from: '2024-10-25T22:00:00Z',
      to: '2024-10-28T23:00:00Z',
    });
    expect(autumn.map(hours)).toEqual([24, 25, 24]);
    expect(calls(autumn)).toEqual([0, 1, 0]);
  });

  test('the hour that Berlin repeats is two buckets, and the one that it skips is none', async () => {
    await replaceRows(server.database, callsAt('2024-10-27T00:30:00Z', '2024-10-27T01:30:00Z'));
    const autumn = await series('HOUR', 'Europe/Berlin', {
      from: '2024-10-26T22:00:00Z',
      to: '2024-10-27T23:00:00Z',
    });
    expect(autumn).toHaveLength(25);
    expect(calls(autumn).slice(2, 4)).toEqual([1, 1]);
    const spring = await series('HOUR', 'Europe/Berlin', {
      from: '2024-03-30T23:00:00Z',
      to: '2024-03-31T22:00:00Z',
    });
    expect(spring).toHaveLength(23);
  });

  test("Lord Howe Island's change of half an hour makes days of 24.5 and 23.5 hours", async () => {
    await replaceRows(server.database, []);
    const autumn = await series('DAY', 'Australia/Lord_Howe', {
      from: '2024-04-06T13:00:00Z',
      to: '2024-04-07T13:30:00Z',
    });
    expect(autumn.map(hours)).toEqual([24.5]);
    const spring = await series('DAY', 'Australia/Lord_Howe', {
      from: '2024-10-05T13:30:00Z',
      to: '2024-10-06T13:00:00Z',
    });
    expect(spring.map(hours)).toEqual([23.5]);
  });

  test("Lord Howe Island's repeated half hour is a bucket of its own, and full hours go on from there", async () => {
    const night = await series('HOUR', 'Australia/Lord_Howe', {
      from: '2024-04-06T14:00:00Z',
      to: '2024-04-06T16:30:00Z',
    });
    expect(starts(night)).toEqual([
      '2024-04-06T14:00:00.000Z',
      '2024-04-06T15:00:00.000Z',
      '2024-04-06T15:30:00.000Z',
    ]);
    expect(night.map(hours)).toEqual([1, 0.5, 1]);
  });

  test('a day that Samoa skipped has no bucket', async () => {
    const days = await series('DAY', 'Pacific/Apia', {
      from: '2011-12-29T10:00:00Z',
      to: '2011-12-31T10:00:00Z',
    });
    expect(starts(days)).toEqual(['2011-12-29T10:00:00.000Z', '2011-12-30T10:00:00.000Z']);
  });
});

test('days and hours in Kathmandu begin at its own midnight and full hours, 05:45 before those of UTC', async () => {
  await replaceRows(server.database, callsAt('2024-05-01T18:14:59Z', '2024-05-01T18:15:00Z'));
  const days = await series('DAY', 'Asia/Kathmandu');
  expect(starts(days)).toEqual(['2024-04-30T18:15:00.000Z', '2024-05-01T18:15:00.000Z']);
  expect(calls(days)).toEqual([1, 1]);
  expect(starts(await series('HOUR', 'Asia/Kathmandu'))).toEqual([
    '2024-05-01T17:15:00.000Z',
    '2024-05-01T18:15:00.000Z',
  ]);
});

test('weeks begin on Monday, months, quarters and years on their first day', async () => {
  await replaceRows(server.database, callsAt('2024-02-29T12:00:00Z'));
  expect(starts(await series('WEEK', 'UTC'))).toEqual(['2024-02-26T00:00:00.000Z']);
  expect(starts(await series('MONTH', 'Asia/Shanghai'))).toEqual(['2024-01-31T16:00:00.000Z']);
  expect(starts(await series('QUARTER', 'UTC'))).toEqual(['2024-01-01T00:00:00.000Z']);
  expect(starts(await series('YEAR', 'America/New_York'))).toEqual(['2024-01-01T05:00:00.000Z']);
  expect(starts(await series('QUARTER_HOUR', 'UTC'))).toEqual(['2024-02-29T12:00:00.000Z']);
  expect(starts(await series('MINUTE', 'UTC'))).toEqual(['2024-02-29T12:00:00.000Z']);
});

test('months keep to their first day through short ones', async () => {
  const months = await series('MONTH', 'UTC', { from: '2023-01-31T00:00:00Z', to: '2024-03-31T00:00:00Z' });
  expect(starts(months).map((start) => start.slice(0, 10))).toEqual([
    ...Array.from({ length: 12 }, (_, month) => `2023-${String(month + 1).padStart(2, '0')}-01`),
    ...['2024-01-01', '2024-02-01', '2024-03-01'],
  ]);
});

describe('what a series covers', () => {
  beforeAll(() => replaceRows(server.database, callsAt('2024-05-02T10:00:00Z', '2024-05-04T10:00:00Z')));

  test('it covers the whole of callTime, with empty buckets where no call was', async () => {
    const days = await series('DAY', 'UTC', { from: '2024-05-01T00:00:00Z', to: '2024-05-06T00:00:00Z' });
    expect(calls(days)).toEqual([0, 1, 0, 1, 0]);
  });

  test('without callTime it goes from the first to the last call', async () => {
    expect(calls(await series('DAY', 'UTC'))).toEqual([1, 0, 1]);
  });

  test('an open end is the last call, an open beginning the first', async () => {
    expect(calls(await series('DAY', 'UTC', { from: '2024-05-01T00:00:00Z' }))).toEqual([0, 1, 0, 1]);
    expect(calls(await series('DAY', 'UTC', { to: '2024-05-03T00:00:00Z' }))).toEqual([1]);
  });

  test('a bucket that callTime cuts counts only calls within callTime', async () => {
    const days = await series('DAY', 'UTC', { from: '2024-05-02T10:00:01Z', to: '2024-05-04T10:00:01Z' });
    expect(starts(days)).toEqual([
      '2024-05-02T00:00:00.000Z',
      '2024-05-03T00:00:00.000Z',
      '2024-05-04T00:00:00.000Z',
    ]);
    expect(calls(days)).toEqual([0, 0, 1]);
  });

  test('where there is no call and no callTime there is no bucket', async () => {
    await replaceRows(server.database, []);
    expect(await series('DAY', 'UTC')).toEqual([]);
  });

  test('a call of the first microsecond of a day is in that day', async () => {
    const rows = callsAt('2024-05-02T00:00:00Z', '2024-05-01T23:59:59Z');
    await replaceRows(server.database, [
      { ...rows[0]!, callTime: '2024-05-02T00:00:00.000001Z' },
      { ...rows[1]!, callTime: '2024-05-01T23:59:59.999999Z' },
    ]);
    expect(calls(await series('DAY', 'UTC'))).toEqual([1, 1]);
  });
});

test('the time zone and date style of the database change nothing', async () => {
  await replaceRows(server.database, callsAt('2024-05-01T23:30:00Z'));
  const name = new URL(server.databaseUrl).pathname.slice(1);
  await sql`ALTER DATABASE ${sql.ref(name)} SET timezone = 'America/New_York'`.execute(server.database.sql);
  await sql`ALTER DATABASE ${sql.ref(name)} SET datestyle = 'SQL, DMY'`.execute(server.database.sql);
  const before = await series('DAY', 'Asia/Shanghai');
  // New connections take the new settings.
  await sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = ${name} AND pid <> pg_backend_pid()`.execute(server.database.sql);
  // A connection that has just been ended may be handed out once more.
  await eventually(() =>
    series('DAY', 'Asia/Shanghai').then(
      () => true,
      () => false,
    ),
  );
  expect(await series('DAY', 'Asia/Shanghai')).toEqual(before);
  const { callLogs } = await server.query('{ callLogs { nodes { callTime } } }');
  expect(callLogs.nodes).toEqual([{ callTime: '2024-05-01T23:30:00.000Z' }]);
  const recorded = await server.query(
    'mutation { recordCallLog(input: { requestMessages: [], status: SUCCESS, callTime: "2024-05-02T08:00:00+08:00" }) { callTime } }',
  );
  expect(recorded.recordCallLog.callTime).toBe('2024-05-02T00:00:00.000Z');
});

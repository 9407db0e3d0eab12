import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { filter, rows } from '../support/call-log-arbitraries.js';
import { idsInOrder, matches, modelOf, totalsOf, type ModelRow, ORDERS } from '../support/call-log-model.js';
import { replaceRows } from '../support/insert-rows.js';
import { useTestServer } from '../support/server.js';

const server = useTestServer();

const TOTALS = `calls successes errors errorRate tokensUsed promptTokens completionTokens averageTokensUsed
  averageDurationMs median: durationMsPercentile(p: 0.5) p95: durationMsPercentile(p: 0.95)
  firstCallTime lastCallTime`;

const EVERYTHING = `query ($filter: CallLogFilter, $order: CallLogOrder!, $zone: TimeZone!, $interval: TimeInterval!) {
  callLogs(filter: $filter, orderBy: $order, first: 1000) { totalCount nodes { id } usage { totals { calls } } }
  usage(filter: $filter) {
    totals { ${TOTALS} }
    byStatus { status usage { totals { ${TOTALS} } } }
    byGroup { group { id } usage { totals { ${TOTALS} } } }
    byModel { model usage { totals { ${TOTALS} } } }
    byConfig { configId usage { totals { ${TOTALS} } } }
    byActivationCode { activationCode usage { totals { ${TOTALS} } } }
    series(interval: $interval, timeZone: $zone) { start end usage { totals { ${TOTALS} } } }
  }
}`;

const order = fc.constantFrom(...ORDERS);
const zone = fc.constantFrom(
  'UTC',
  'Europe/Berlin',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'America/New_York',
);
const interval = fc.constantFrom('HOUR', 'DAY', 'WEEK', 'MONTH', 'QUARTER', 'YEAR');

interface Totals {
  averageTokensUsed: number | null;
}
interface Part {
  usage: { totals: Totals };
}

/** Means come out of decimal arithmetic there and of binary arithmetic here. */
function rounded<T extends Record<string, unknown>>(totals: T): T {
  const round = (value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(12)) : value);
  return Object.fromEntries(Object.entries(totals).map(([name, value]) => [name, round(value)])) as T;
}

function partsOf(parts: (Part & Record<string, unknown>)[], key: (part: never) => unknown) {
  return new Map(parts.map((part) => [key(part as never), rounded({ ...part.usage.totals })]));
}

function modelPartsOf(selected: ModelRow[], key: (row: ModelRow) => unknown) {
  const parts = Map.groupBy(selected, key);
  return new Map([...parts].map(([value, part]) => [value, rounded(totalsOf(part))]));
}

test('list, count, totals, breakdowns and series of any filter are those of the rows it selects', async () => {
  const cases = fc.tuple(
    rows,
    fc.array(fc.tuple(filter, order, zone, interval), { minLength: 1, maxLength: 8 }),
  );
  await fc.assert(
    fc.asyncProperty(cases, async ([all, questions]) => {
      await replaceRows(server.database, all);
      for (const [filter, order, zone, interval] of questions) {
        const selected = all.filter((row) => matches(row, filter));
        const { callLogs, usage } = await server.query(EVERYTHING, { filter, order, zone, interval });
        expect(callLogs.nodes.map((node: { id: string }) => node.id)).toEqual(idsInOrder(selected, order));
        expect(callLogs.totalCount).toBe(selected.length);
        expect(callLogs.usage.totals.calls).toBe(selected.length);
        expect(rounded(usage.totals)).toEqual(rounded(totalsOf(selected)));

        expect(partsOf(usage.byStatus, ({ status }: { status: string }) => status.toLowerCase())).toEqual(
          modelPartsOf(selected, (row) => row.status),
        );
        expect(
          partsOf(usage.byGroup, ({ group }: { group: { id: string } | null }) => group && Number(group.id)),
        ).toEqual(modelPartsOf(selected, (row) => row.groupId));
        expect(partsOf(usage.byModel, ({ model }: { model: string | null }) => model)).toEqual(
          modelPartsOf(selected, modelOf),
        );
        expect(
          partsOf(
            usage.byConfig,
            ({ configId }: { configId: string | null }) => configId && Number(configId),
          ),
        ).toEqual(modelPartsOf(selected, (row) => row.configId));
        expect(
          partsOf(
            usage.byActivationCode,
            ({ activationCode }: { activationCode: string | null }) => activationCode,
          ),
        ).toEqual(modelPartsOf(selected, (row) => row.activationCode));

        const filled = usage.series.filter(
          (bucket: Part & { usage: { totals: { calls: number } } }) => bucket.usage.totals.calls > 0,
        );
        const startOf = ({ callTime }: ModelRow) =>
          usage.series.findLast(({ start }: { start: string }) => start.slice(0, 23) <= callTime.slice(0, 23))
            ?.start;
        expect(partsOf(filled, ({ start }: { start: string }) => start)).toEqual(
          modelPartsOf(selected, startOf),
        );
        for (const [index, bucket] of usage.series.entries()) {
          if (index > 0) expect(bucket.start).toBe(usage.series[index - 1].end);
        }
      }
    }),
    { numRuns: 40 },
  );
}, 300_000);

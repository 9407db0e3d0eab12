import { beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { filter, rows as someRows } from '../support/call-log-arbitraries.js';
import { matches, modelOf, totalsOf, type ModelRow } from '../support/call-log-model.js';
import { replaceRows } from '../support/insert-rows.js';
import { useTestServer } from '../support/server.js';
import { collectStatements } from '../support/statements.js';

// How deep slices nest is tried beyond what a request may cost.
const server = useTestServer(() => ({ limits: { cost: Infinity } }));
const TOTALS = 'totals { calls errors tokensUsed }';

interface Usage {
  totals: { calls: number; errors: number; tokensUsed: number };
  previous: Usage | null;
  byGroup: { group: { id: string; name: string } | null; usage: Usage }[];
  byStatus: { status: string; usage: Usage }[];
  byModel: { model: string | null; usage: Usage }[];
  series: { start: string; end: string; usage: Usage }[];
}

function figuresOf(rows: ModelRow[]) {
  const { calls, errors, tokensUsed } = totalsOf(rows);
  return { calls, errors, tokensUsed };
}

/** Rows of all groups, models and statuses, over some days. */
function manyRows(): ModelRow[] {
  return Array.from({ length: 60 }, (_, index) => ({
    ...{ id: String(index + 1), configId: null, templateId: null, activationCode: null, durationMs: index },
    ...{
      groupId: index % 4 === 0 ? null : index % 4,
      requestMessages: [],
      responseContent: null,
      responseData: null,
    },
    ...{ requestParams: { model: `m${index % 5}` }, errorMessage: null },
    status: index % 3 === 0 ? ('error' as const) : ('success' as const),
    ...{ tokensUsed: index, promptTokens: null, completionTokens: null },
    callTime: `2024-05-${String(1 + (index % 9)).padStart(2, '0')}T10:00:00.000000Z`,
  }));
}

const MAY_5_TO_9 = { callTime: { from: '2024-05-05T00:00:00Z', to: '2024-05-09T00:00:00Z' } };

beforeAll(() => replaceRows(server.database, manyRows()));

test('slices nest three deep, and every one holds the calls that its path says', async () => {
  const { usage } = await server.query(`{
    usage { byGroup { group { id } usage { ${TOTALS}
      byStatus { status usage { ${TOTALS} byModel { model usage { ${TOTALS} } } } } } } } }`);
  for (const byGroup of (usage as Usage).byGroup) {
    const ofGroup = manyRows().filter(
      ({ groupId }) => groupId === (byGroup.group && Number(byGroup.group.id)),
    );
    expect(byGroup.usage.totals).toEqual(figuresOf(ofGroup));
    for (const byStatus of byGroup.usage.byStatus) {
      const ofStatus = ofGroup.filter(({ status }) => status === byStatus.status.toLowerCase());
      expect(byStatus.usage.totals).toEqual(figuresOf(ofStatus));
      const models = new Map(byStatus.usage.byModel.map(({ model, usage }) => [model, usage.totals]));
      const expected = Map.groupBy(ofStatus, modelOf);
      expect(models).toEqual(new Map([...expected].map(([model, rows]) => [model, figuresOf(rows)])));
    }
  }
  expect((usage as Usage).byGroup).toHaveLength(4);
});

test('each level of nesting is one statement, whatever the number of slices', async () => {
  const one = await collectStatements(() =>
    server.query(
      `{ usage { byGroup { group { name } usage { ${TOTALS} byModel { usage { ${TOTALS} } } } } } }`,
    ),
  );
  expect(one).toHaveLength(2);
  const two = await collectStatements(() =>
    server.query(
      `query ($filter: CallLogFilter) { usage(filter: $filter) { byGroup { usage { byStatus { usage {
        series(interval: DAY) { usage { ${TOTALS} byModel { model usage { ${TOTALS} } } } } } } } } } }`,
      { filter: MAY_5_TO_9 },
    ),
  );
  expect(two).toHaveLength(4);
});

test('where the time of slices is not bounded, one statement finds it for all of their series', async () => {
  const statements = await collectStatements(() =>
    server.query(`{ usage { byGroup { usage { series(interval: DAY) { usage { ${TOTALS} } } } } } }`),
  );
  expect(statements).toHaveLength(3);
});

test('totals, percentiles and previous of all slices of a level are one statement each', async () => {
  const statements = await collectStatements(() =>
    server.query(
      `query ($filter: CallLogFilter) { usage(filter: $filter) { series(interval: DAY) { usage {
        totals { calls p50: durationMsPercentile(p: 0.5) p95: durationMsPercentile(p: 0.95) }
        previous { ${TOTALS} } } } } }`,
      { filter: MAY_5_TO_9 },
    ),
  );
  expect(statements).toHaveLength(3);
});

test('the usage and the number of calls of any number of groups are one statement each', async () => {
  const statements = await collectStatements(() =>
    server.query(`{ groups { nodes { name usage { ${TOTALS} byStatus { status usage { ${TOTALS} } } } } } }`),
  );
  expect(statements).toHaveLength(3);
});

test('pages of the calls of any number of groups are one statement, each in its order', async () => {
  let answer: { groups: { nodes: { id: string; callLogs: { nodes: { id: string }[] } }[] } } | undefined;
  const statements = await collectStatements(async () => {
    answer = await server.query(
      '{ groups { nodes { id callLogs(first: 3, orderBy: TOKENS_USED_DESC) { nodes { id group { name } } } } } }',
    );
  });
  // The groups, and their calls.
  expect(statements).toHaveLength(2);
  for (const { id, callLogs } of answer?.groups.nodes ?? []) {
    const ofGroup = manyRows().filter(({ groupId }) => groupId === Number(id));
    const largest = ofGroup.sort((one, other) => (other.tokensUsed ?? 0) - (one.tokensUsed ?? 0)).slice(0, 3);
    expect(callLogs.nodes.map((node) => node.id)).toEqual(largest.map((row) => row.id));
  }
});

test('a list of which only the count is asked for reads no page', async () => {
  const statements = await collectStatements(() => server.query('{ callLogs { totalCount } }'));
  expect(statements).toHaveLength(1);
});

test('previous is the stretch of the same length just before, in buckets too', async () => {
  const { usage } = (await server.query(
    `query ($filter: CallLogFilter) { usage(filter: $filter) { previous { ${TOTALS} previous { ${TOTALS} } }
      byGroup { group { id } usage { previous { ${TOTALS} } } }
      series(interval: DAY) { usage { ${TOTALS} previous { ${TOTALS} byStatus { status usage { ${TOTALS} } } } } } } }`,
    { filter: MAY_5_TO_9 },
  )) as { usage: Usage };
  const between = (from: number, to: number) =>
    manyRows().filter(
      ({ callTime }) => Number(callTime.slice(8, 10)) >= from && Number(callTime.slice(8, 10)) < to,
    );
  expect(usage.previous?.totals).toEqual(figuresOf(between(1, 5)));
  expect(usage.previous?.previous?.totals).toEqual(figuresOf([]));
  for (const { group, usage: ofGroup } of usage.byGroup) {
    const rows = between(1, 5).filter(({ groupId }) => groupId === (group && Number(group.id)));
    expect(ofGroup.previous?.totals).toEqual(figuresOf(rows));
  }
  expect(usage.series.map((bucket) => bucket.usage.previous?.totals)).toEqual(
    [4, 5, 6, 7].map((day) => figuresOf(between(day, day + 1))),
  );
});

test('previous of months counts each for itself where their stretches overlap', async () => {
  const { usage } = (await server.query(
    `{ usage(filter: { callTime: { from: "2024-01-01T00:00:00Z", to: "2024-07-01T00:00:00Z" } }) {
      series(interval: MONTH) { usage { previous { ${TOTALS} } } } } }`,
  )) as { usage: Usage };
  // The 30 days before June begin on 2 May, and the 31 days before May on 31 March.
  const sinceMay2 = manyRows().filter(({ callTime }) => callTime >= '2024-05-02');
  expect(usage.series.map((bucket) => bucket.usage.previous?.totals.calls)).toEqual([
    0,
    0,
    0,
    0,
    0,
    sinceMay2.length,
  ]);
});

test('previous of all the time there is, is empty, as is the one before that', async () => {
  const { usage } = await server.query(`{
    usage(filter: { callTime: { from: "0001-01-01T00:00:00Z", to: "9999-12-31T23:59:59.999999Z" } }) {
      totals { calls } previous { totals { calls } previous { totals { calls } } }
    } }`);
  expect(usage).toEqual({
    totals: { calls: manyRows().length },
    previous: { totals: { calls: 0 }, previous: { totals: { calls: 0 } } },
  });
});

test('previous is null where callTime is open at an end', async () => {
  const { a, b } = await server.query(`{
    a: usage { previous { ${TOTALS} } }
    b: usage(filter: { callTime: { from: "2024-05-05T00:00:00Z" } }) { previous { ${TOTALS} } } }`);
  expect([a.previous, b.previous]).toEqual([null, null]);
});

test('top gives the largest slices by the figure asked for, ties by value, the same in nested slices', async () => {
  const { usage } = await server.query(`{ usage {
    tokens: byModel(top: 2) { model } errors: byModel(top: 2, orderBy: ERRORS_DESC) { model }
    byStatus { status usage { byModel(top: 1, orderBy: TOKENS_USED_DESC) { model usage { ${TOTALS} } } } } } }`);
  const largest = (rows: ModelRow[], figure: 'tokensUsed' | 'errors') =>
    [...Map.groupBy(rows, modelOf)]
      .map(([model, part]) => ({ model, figure: figuresOf(part)[figure] }))
      .sort((one, other) => other.figure - one.figure || String(one.model).localeCompare(String(other.model)))
      .map(({ model }) => ({ model }));
  expect(usage.tokens).toEqual(largest(manyRows(), 'tokensUsed').slice(0, 2));
  expect(usage.errors).toEqual(largest(manyRows(), 'errors').slice(0, 2));
  for (const { status, usage: ofStatus } of usage.byStatus) {
    const rows = manyRows().filter((row) => row.status === status.toLowerCase());
    expect(ofStatus.byModel).toMatchObject(largest(rows, 'tokensUsed').slice(0, 1));
  }
});

test('a nested slice of any filter is what the filter narrowed to it selects', async () => {
  const cases = fc.tuple(someRows, filter);
  await fc.assert(
    fc.asyncProperty(cases, async ([all, filter]) => {
      await replaceRows(server.database, all);
      const { usage, groups } = await server.query(
        `query ($filter: CallLogFilter) {
          usage(filter: $filter) { byGroup { group { id } usage { series(interval: MONTH) {
            start end usage { byStatus { status usage { ${TOTALS} } } } } } } }
          groups { nodes { id usage(filter: $filter) { ${TOTALS} } callLogs(filter: $filter) { totalCount } } } }`,
        { filter },
      );
      const selected = all.filter((row) => matches(row, filter));
      for (const { group, usage: ofGroup } of (usage as Usage).byGroup) {
        for (const { start, end, usage: ofMonth } of ofGroup.series) {
          const rows = selected.filter(
            ({ groupId, callTime }) =>
              groupId === (group && Number(group.id)) &&
              callTime.slice(0, 23) >= start.slice(0, 23) &&
              callTime.slice(0, 23) < end.slice(0, 23),
          );
          const byStatus = new Map(
            ofMonth.byStatus.map(({ status, usage }) => [status.toLowerCase(), usage.totals]),
          );
          const expected = Map.groupBy(rows, ({ status }) => status as string);
          expect(byStatus).toEqual(new Map([...expected].map(([status, part]) => [status, figuresOf(part)])));
        }
      }
      for (const group of groups.nodes) {
        const rows = selected.filter(({ groupId }) => groupId === Number(group.id));
        expect(group.usage.totals).toEqual(figuresOf(rows));
        expect(group.callLogs.totalCount).toBe(rows.length);
      }
    }),
    { numRuns: 20 },
  );
}, 120_000);

import { beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { compactAll } from '../../src/usage/rollups/keep-rollups.js';
import { collectQueries } from '../support/statements.js';
import { useTestServer } from '../support/server.js';
import { bearer, TEST_TOKEN } from '../support/token.js';

const server = useTestServer();

beforeAll(async () => {
  const { database } = server;
  await sql`INSERT INTO groups (id, name) SELECT id, 'group ' || id FROM generate_series(1, 40) AS id`.execute(
    database.sql,
  );
  // 60 days, a call every 2 minutes or so: more than is looked at one by one.
  await sql`
    INSERT INTO llm_call_logs (config_id, group_id, activation_code, request_messages, request_params,
      response_content, status, tokens_used, duration_ms, call_time)
    SELECT 1, id % 40 + 1, 'code ' || id % 100, jsonb_build_array('question ' || id),
      jsonb_build_object('model', 'm' || id % 3), 'answer ' || id,
      CASE WHEN id % 30 = 0 THEN 'error' ELSE 'success' END, id % 1000, 100 + id % 5000,
      TIMESTAMP '2026-01-01' + id * interval '124 seconds'
    FROM generate_series(0, 41000) AS id`.execute(database.sql);
  await compactAll(database);
  await sql`ANALYZE`.execute(database.sql);
});

const range = (from: string, to: string) => `callTime: { from: "${from}", to: "${to}" }`;
const WHOLE = range('2026-01-01T00:00:00Z', '2026-03-01T00:00:00Z');

async function sourcesOf(query: string) {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...bearer(TEST_TOKEN), 'x-usage-source': '1' },
    body: JSON.stringify({ query }),
  });
  const { errors, extensions } = await response.json();
  expect(errors).toBeUndefined();
  return extensions.usageSource.map((source: any) => [
    source.figures,
    source.rollups,
    source.units.join(),
    source.calls,
  ]);
}

const TOTALS = 'totals { calls tokensUsed }';

test.each([
  ['all totals', `{ usage { ${TOTALS} } }`, ['totals', 'status', 'month', false]],
  [
    'totals of whole months',
    `{ usage(filter: { ${WHOLE} }) { ${TOTALS} } }`,
    ['totals', 'status', 'month', false],
  ],
  [
    'the number of calls of a group',
    '{ callLogs(filter: { groupId: { eq: "3" } }) { totalCount } }',
    ['totalCount', 'group', 'month', false],
  ],
  [
    'a breakdown by group of days',
    `{ usage(filter: { ${range('2026-01-05T00:00:00Z', '2026-01-20T00:00:00Z')} }) { byGroup { usage { ${TOTALS} } } } }`,
    ['by group', 'group', 'day', false],
  ],
  [
    'a range that begins and ends in the middle of a quarter hour',
    `{ usage(filter: { ${range('2026-01-05T10:07:00Z', '2026-01-20T10:08:00Z')} }) { byModel { usage { ${TOTALS} } } } }`,
    ['by model', 'model', 'quarter hour,hour,four hours,day', true],
  ],
  [
    'days of a zone of whole hours',
    `{ usage(filter: { ${range('2026-01-05T00:00:00+08:00', '2026-01-20T00:00:00+08:00')} })
      { series(interval: DAY, timeZone: "Asia/Shanghai") { usage { ${TOTALS} } } } }`,
    ['series DAY', 'status', 'four hours', false],
  ],
  [
    'days of a zone of quarter hours',
    `{ usage(filter: { ${range('2026-01-05T00:00:00+05:45', '2026-01-20T00:00:00+05:45')} })
      { series(interval: DAY, timeZone: "Asia/Kathmandu") { usage { ${TOTALS} } } } }`,
    ['series DAY', 'status', 'quarter hour,hour,four hours', false],
  ],
  [
    'models of a group',
    `{ usage(filter: { groupId: { eq: "1" } }) { byModel { usage { ${TOTALS} } } } }`,
    ['by model', 'all', 'month', false],
  ],
  [
    'activation codes, which are not rolled up',
    `{ usage(filter: { activationCode: { eq: "code 1" } }) { ${TOTALS} } }`,
    ['totals', null, '', true],
  ],
])('%s are read from the smallest source that has them', async (_, query, source) => {
  expect(await sourcesOf(query)).toEqual([source]);
});

test('sources are told only to those who ask', async () => {
  const answer = await server.send(`{ usage { ${TOTALS} } }`);
  expect(answer).not.toHaveProperty('extensions');
});

test('the same slice is read once in an operation, under whatever names', async () => {
  const filter = '(filter: { groupId: { in: ["1", "2"] } })';
  expect(
    await sourcesOf(`{ a: usage${filter} { ${TOTALS} x: byModel { model usage { ${TOTALS} } } }
      b: usage${filter} { totals { errors } y: byModel { usage { ${TOTALS} } } } callLogs${filter} { usage { ${TOTALS} } } }`),
  ).toEqual([
    ['totals', 'group', 'month', false],
    ['by model', 'all', 'month', false],
  ]);
});

test('percentiles of many calls are within 1 % of the exact ones, of few exact', async () => {
  const shares = [0.01, 0.25, 0.5, 0.95, 0.999];
  const ask = async (filter: string) => {
    const fields = shares.map((p, index) => `p${index}: durationMsPercentile(p: ${p})`).join(' ');
    const { usage } = await server.query(`{ usage(filter: { ${filter} }) { totals { ${fields} } } }`);
    return Object.values<number>(usage.totals);
  };
  const exact = async (where: string) => {
    const { rows } = await sql<{ values: number[] }>`
      SELECT percentile_cont(${shares}::double precision[]) WITHIN GROUP (ORDER BY duration_ms) AS values
      FROM llm_call_logs WHERE ${sql.raw(where)}`.execute(server.database.sql);
    return rows[0]!.values;
  };
  const many = await ask(WHOLE);
  for (const [index, value] of (await exact(`call_time < '2026-03-01'`)).entries()) {
    expect(Math.abs(many[index]! - value)).toBeLessThanOrEqual(value / 100);
  }
  expect(await ask('groupId: { eq: "7" }')).toEqual(await exact('group_id = 7'));
});

test.each([
  ['activation code', '{ usage(filter: { activationCode: { eq: "code 7" } }) { totals { calls } } }'],
  [
    'duration within a day',
    `{ usage(filter: { durationMs: { gt: 5000 }, ${range('2026-01-05T00:00:00Z', '2026-01-06T00:00:00Z')} }) { totals { calls } } }`,
  ],
  [
    'tokens within a day, by group',
    `{ usage(filter: { tokensUsed: { gt: 990 }, ${range('2026-01-05T00:00:00Z', '2026-01-06T00:00:00Z')} }) { byGroup { usage { totals { calls } } } } }`,
  ],
  ['text', '{ usage(filter: { text: "question 40999" }) { totals { calls } } }'],
  [
    'the ends of a range',
    `{ usage(filter: { ${range('2026-01-05T00:07:00Z', '2026-02-06T00:08:00Z')} }) { byGroup { usage { totals { calls } } } } }`,
  ],
  ['first and last calls', '{ usage { byGroup { usage { totals { firstCallTime lastCallTime } } } } }'],
  [
    'groups by local day',
    `{ usage(filter: { ${range('2026-01-05T00:00:00+05:45', '2026-01-20T00:00:00+05:45')} })
      { series(interval: DAY, timeZone: "Asia/Kathmandu") { usage { byGroup { usage { totals { calls } } } } } } }`,
  ],
])('no sequential scan of the log serves usage by %s', async (_, query) => {
  const queries = await collectQueries(() => server.query(query));
  expect(queries.length).toBeGreaterThan(0);
  for (const { text, values } of queries) {
    const { rows } = await sql<{ 'QUERY PLAN': string }>`${explained(text, values)}`.execute(
      server.database.sql,
    );
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).not.toMatch(/Seq Scan on llm_(call_logs|usage_rollups)/);
  }
});

/** EXPLAIN of a statement that was sent, with its values. */
function explained(text: string, values: unknown[]) {
  const parts = text.split(/\$(\d+)/);
  return sql.join(
    [
      sql`EXPLAIN `,
      ...parts.map((part, index) => (index % 2 === 0 ? sql.raw(part) : sql`${values[Number(part) - 1]}`)),
    ],
    sql``,
  );
}

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sql } from 'kysely';
import { Client } from 'pg';
import { compactAll } from '../../src/usage/rollups/keep-rollups.js';
import { fillNext } from '../../src/usage/rollups/fill.js';
import { maintain } from '../../src/usage/rollups/maintain.js';
import { addToRollups } from '../../src/usage/rollups/compact-sql.js';
import { useTestServer } from '../support/server.js';
import { runWrite, write, WRITERS, type Write } from './writers.js';

const writers: Client[] = [];
// Before the server's, which drops the database.
afterAll(() => Promise.all(writers.map((client) => client.end())));
const server = useTestServer(() => ({ limits: { cost: Infinity } }));

beforeAll(async () => {
  await sql`INSERT INTO groups (id, name) VALUES (1, 'one'), (2, 'two'), (3, 'three')`.execute(
    server.database.sql,
  );
  for (let index = 0; index < WRITERS; index += 1) {
    const client = new Client({ connectionString: server.databaseUrl });
    await client.connect();
    writers.push(client);
  }
});

const FIGURES = `totals { calls successes errors errorRate tokensUsed promptTokens completionTokens
  averageTokensUsed averageDurationMs firstCallTime lastCallTime p: durationMsPercentile(p: 0.9) }`;

/** Breakdowns and series, alone and within each other; one of them is asked at a time. */
const SHAPES = [
  `${FIGURES} previous { ${FIGURES} }`,
  `byStatus { status usage { ${FIGURES} byConfig { configId usage { ${FIGURES} } } } }`,
  `byGroup { group { id } usage { ${FIGURES} byModel { model usage { ${FIGURES} previous { ${FIGURES} } } } } }`,
  `byGroup { group { id } usage { series(interval: MONTH, timeZone: $zone) { start usage { ${FIGURES} } } } }`,
  `byModel(orderBy: CALLS_DESC) { model usage { ${FIGURES} byGroup(orderBy: ERRORS_DESC, top: 2) { usage { ${FIGURES} } } } }`,
  `series(interval: $interval, timeZone: $zone) { start end usage { ${FIGURES} previous { ${FIGURES} } } }`,
  `series(interval: $interval, timeZone: $zone) { start usage { byGroup { group { id } usage { ${FIGURES} } } } }`,
];
interface Question {
  shape: string;
  filter: Record<string, unknown>;
  zone: string;
  interval: string;
}

function queryOf({ shape, zone, interval }: Question): string {
  const usage = shape.replaceAll('$zone', JSON.stringify(zone)).replaceAll('$interval', interval);
  return `query ($filter: CallLogFilter) { callLogs(filter: $filter) { totalCount } usage(filter: $filter) { ${usage} } }`;
}

const time = fc
  .record({
    day: fc.integer({ min: 0, max: 75 }),
    second: fc.oneof(fc.constantFrom(0, 900, 3600, 14_400, 65_700), fc.integer({ min: 0, max: 86_399 })),
    micro: fc.constantFrom('000000', '000000', '000001', '999999'),
  })
  .map(({ day, second, micro }) => {
    const at = new Date(Date.UTC(2024, 1, 15 + day, 0, 0, second)).toISOString();
    return `${at.slice(0, 19)}.${micro}Z`;
  });
const range = fc
  .tuple(time, time)
  .filter(([one, other]) => one !== other)
  .map(([one, other]) => (one < other ? { from: one, to: other } : { from: other, to: one }));
const condition = fc.oneof(
  fc.record({ groupId: fc.constantFrom({ eq: '1' }, { ne: '1' }, { in: ['1', '2'] }, { isNull: true }) }),
  fc.record({
    model: fc.constantFrom({ eq: 'm1' }, { notIn: ['m1'] }, { startsWith: 'm' }, { isNull: true }),
  }),
  fc.record({ status: fc.constantFrom({ eq: 'ERROR' }, { ne: 'ERROR' }) }),
  fc.record({ configId: fc.constantFrom({ eq: '1' }, { isNull: true }) }),
);
const filter = fc
  .record({
    callTime: fc.oneof({ weight: 4, arbitrary: range }, { weight: 1, arbitrary: fc.constant(undefined) }),
    and: fc.option(fc.array(condition, { minLength: 1, maxLength: 2 }), { nil: undefined }),
    not: fc.option(condition, { nil: undefined, freq: 4 }),
    or: fc.option(fc.array(condition, { minLength: 1, maxLength: 2 }), { nil: undefined, freq: 4 }),
  })
  .map((parts) => JSON.parse(JSON.stringify(parts)) as Record<string, unknown>);
const question: fc.Arbitrary<Question> = fc.record({
  shape: fc.constantFrom(...SHAPES),
  filter,
  zone: fc.constantFrom('UTC', 'Asia/Shanghai', 'Asia/Kathmandu', 'America/New_York', 'Australia/Lord_Howe'),
  interval: fc.constantFrom('DAY', 'WEEK', 'MONTH', 'QUARTER'),
});

/** An empty log, and no writer within a transaction. */
async function empty(): Promise<void> {
  for (const client of writers) await client.query('ROLLBACK');
  await sql`TRUNCATE llm_call_logs`.execute(server.database.sql);
}

async function setComplete(complete: boolean): Promise<void> {
  await sql`UPDATE llm_usage_state SET complete = ${complete}`.execute(server.database.sql);
}

/** What rollups and deltas answer, and what a scan of all calls does. */
async function askBoth(question: Question) {
  const query = queryOf(question);
  const variables = { filter: question.filter };
  const rolledUp = await server.send(query, variables);
  await setComplete(false);
  const scanned = await server.send(query, variables);
  await setComplete(true);
  return { rolledUp, scanned };
}

/** A compaction that does all its work, and is lost. */
async function crash(): Promise<void> {
  const lost = maintain(server.database, async (transaction) => {
    await addToRollups(sql`DELETE FROM llm_usage_deltas RETURNING *`).execute(transaction);
    throw new Error('lost');
  });
  await expect(lost).rejects.toThrow('lost');
}

const step = fc.oneof(
  { weight: 6, arbitrary: write },
  { weight: 1, arbitrary: fc.constant('compact' as const) },
  { weight: 1, arbitrary: fc.constant('crash' as const) },
);

async function run(steps: (Write | 'compact' | 'crash')[]): Promise<void> {
  for (const one of steps) {
    if (one === 'compact') await compactAll(server.database);
    else if (one === 'crash') await crash();
    else await runWrite(writers[one.writer]!, one);
  }
  for (const [index, client] of writers.entries()) await client.query(index === 0 ? 'ROLLBACK' : 'COMMIT');
}

test('whatever is written, rolled back, compacted or lost, usage is what a scan of the calls gives', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 5, maxLength: 40 }),
      fc.array(question, { minLength: 2, maxLength: 3 }),
      fc.boolean(),
      async (steps, questions, compacted) => {
        await empty();
        await run(steps);
        if (compacted) await compactAll(server.database);
        for (const one of questions) {
          const { rolledUp, scanned } = await askBoth(one);
          expect(rolledUp).toEqual(scanned);
        }
      },
    ),
    { numRuns: 15 },
  );
}, 180_000);

test('calls from before the rollups are filled in once, whatever is written meanwhile', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(write, { minLength: 5, maxLength: 20 }),
      fc.array(fc.array(step, { maxLength: 5 }), { minLength: 1, maxLength: 6 }),
      question,
      async (before, between, asked) => {
        const { database } = server;
        await empty();
        await sql`ALTER TABLE llm_call_logs DISABLE TRIGGER USER`.execute(database.sql);
        await run(before);
        // Some blocks apart, so that filling takes several steps.
        await sql`UPDATE llm_call_logs SET id = id + (id % 4) * 65536`.execute(database.sql);
        await sql`ALTER TABLE llm_call_logs ENABLE TRIGGER USER`.execute(database.sql);
        await sql`UPDATE llm_usage_state SET complete = false, next_block = NULL`.execute(database.sql);
        for (const steps of between) {
          await run(steps);
          await fillNext(database, 2);
        }
        while (!(await fillNext(database, 2))?.complete) await compactAll(database);
        const { rolledUp, scanned } = await askBoth(asked);
        expect(rolledUp).toEqual(scanned);
      },
    ),
    { numRuns: 8 },
  );
}, 180_000);

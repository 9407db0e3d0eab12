import { afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { Client } from 'pg';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../support/eventually.js';
import { useTestServer, type TestServer } from '../support/server.js';
import { collectStatements } from '../support/statements.js';
import { newToken } from '../support/token.js';

const PER_CALLER = 2;
const READ_TIMEOUT = 1000;
const server = useTestServer(() => ({ readsPerCaller: PER_CALLER, readTimeout: 30_000 }));
const impatient = useTestServer(() => ({ readsPerCaller: PER_CALLER, readTimeout: READ_TIMEOUT }));

/** Likely to be quick: it is tried on the one connection that all callers share, before it takes its turn. */
const PAGE = '{ callLogs { nodes { id } } }';
const FILTERED = '{ callLogs(filter: { durationMs: { eq: 1 } }) { nodes { id } } }';
const SHARED = 1;
/** Each of another slice, of which only the calls can tell. */
const MANY = `{ ${Array.from(
  { length: 20 },
  (_, index) => `a${index}: usage(filter: { durationMs: { eq: ${index} } }) { totals { calls } }`,
).join(' ')} }`;
/** Reads a table that nobody locks. */
const GROUPS = '{ groups { totalCount } }';

let locker: Client;
let other: string;
let third: string;

beforeAll(async () => {
  other = await newToken(server.database);
  third = await newToken(server.database);
});

beforeEach(async () => {
  await lock(server);
});
afterEach(() => locker.end());

/** What reads calls from now on takes its turn, and does not end it. */
async function lock({ databaseUrl }: TestServer): Promise<void> {
  locker = new Client({ connectionString: databaseUrl });
  await locker.connect();
  await locker.query('BEGIN; LOCK TABLE llm_call_logs IN ACCESS EXCLUSIVE MODE');
}

async function running(): Promise<number> {
  const { rows } = await sql<{ running: number }>`
    SELECT count(*)::integer AS running FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'`.execute(server.database.sql);
  return rows[0]?.running ?? 0;
}

test.each([
  ['one request of many statements', 1, MANY, PER_CALLER],
  ['many requests', 20, FILTERED, PER_CALLER],
  ['many requests for what is mostly quick', 20, PAGE, PER_CALLER + SHARED],
])('%s of a caller leave room for others', async (_, requests, query, most) => {
  const asked = Array.from({ length: requests }, () => server.send(query));
  await eventually(async () => (await running()) > 0);
  expect(await server.query(GROUPS, {}, other)).toEqual({ groups: { totalCount: 0 } });
  expect(await running()).toBeGreaterThan(0);
  expect(await running()).toBeLessThanOrEqual(most);
  await locker.query('COMMIT');
  for (const { errors } of await Promise.all(asked)) expect(errors).toBeUndefined();
});

test('what is not quick after all is answered, and what its caller asks next is not tried first', async () => {
  const statements = await collectStatements(async () => {
    const token = await newToken(server.database);
    const first = server.send(PAGE, {}, token);
    await sleep(500);
    const second = server.send(PAGE, {}, token);
    await sleep(500);
    await locker.query('COMMIT');
    for (const { errors } of await Promise.all([first, second])) expect(errors).toBeUndefined();
  });
  expect(statements.filter((statement) => statement.includes('FROM llm_call_logs'))).toHaveLength(3);
});

test('callers who ask at the same time share what one alone would have', async () => {
  await Promise.all([server.query(GROUPS), server.query(GROUPS, {}, other)]);
  const asked = [server.send(MANY), server.send(MANY, {}, other)];
  await eventually(async () => (await running()) === PER_CALLER);
  await server.query(GROUPS, {}, third);
  expect(await running()).toBe(PER_CALLER);
  await locker.query('COMMIT');
  for (const { errors } of await Promise.all(asked)) expect(errors).toBeUndefined();
});

test.each([
  { what: 'filtered pages', query: FILTERED },
  { what: 'quick pages', query: PAGE },
])('$what that wait too long for their turn are refused, and worth another try', async ({ query }) => {
  await locker.end();
  await lock(impatient);
  const answers = await Promise.all(Array.from({ length: 20 }, () => impatient.send(query)));
  const codes = answers.map(({ errors }) => errors?.[0]?.extensions);
  expect(codes).toContainEqual({ code: 'OVERLOADED', limit: PER_CALLER });
  expect(codes).toContainEqual({ code: 'TIMEOUT', limit: READ_TIMEOUT });
  for (const code of codes) expect(['OVERLOADED', 'TIMEOUT']).toContain(code?.['code']);
  await locker.query('COMMIT');
  expect((await impatient.send(PAGE)).errors).toBeUndefined();
});

import { beforeAll, expect, test } from '@jest/globals';
import { sql, type Kysely, type RawBuilder } from 'kysely';
import { addToRollups } from '../../src/usage/rollups/compact-sql.js';
import { maintain } from '../../src/usage/rollups/maintain.js';
import { compareMonth } from '../../src/usage/rollups/verify-sql.js';
import { useTestDatabase } from '../support/database.js';

const held = useTestDatabase();

/** A step of a plan, as EXPLAIN tells it. */
interface Step {
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  'Rows Removed by Join Filter'?: number;
  Plans?: Step[];
}

const GROUPS = 60;
const MODELS = 10;
const COMBINATIONS = GROUPS * MODELS;

beforeAll(async () => {
  await sql`INSERT INTO groups (id, name) SELECT n, 'group ' || n FROM generate_series(1, ${GROUPS}::integer) AS n`.execute(
    held.database.sql,
  );
  await sql`
    INSERT INTO llm_call_logs (group_id, request_messages, request_params, status, call_time, duration_ms)
    SELECT group_id, '[]', jsonb_build_object('model', model), 'success', '2026-03-01', 7
    FROM generate_series(1, ${GROUPS}::integer) AS group_id, generate_series(1, ${MODELS}::integer) AS model`.execute(
    held.database.sql,
  );
});

/** The most rows that a step of a statement goes through as it runs, all its loops together. */
async function busiestStep(kysely: Kysely<unknown>, statement: RawBuilder<unknown>): Promise<number> {
  const { rows } = await sql<{ 'QUERY PLAN': [{ Plan: Step }] }>`
    EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${statement}`.execute(kysely);
  return busiest(rows[0]?.['QUERY PLAN'][0].Plan);
}

function busiest(step: Step | undefined): number {
  if (!step) return 0;
  const removed = (step['Rows Removed by Filter'] ?? 0) + (step['Rows Removed by Join Filter'] ?? 0);
  return Math.max((step['Actual Rows'] + removed) * step['Actual Loops'], ...(step.Plans ?? []).map(busiest));
}

// Each combination has four slices, and each of those five rollups at the most.
test.each(['that are new', 'that are there'])(
  'deltas of slices %s are moved in steps of some rows for each of them',
  async () => {
    const rows = await maintain(held.database, (transaction) =>
      busiestStep(transaction, addToRollups(sql`SELECT * FROM llm_usage_deltas`)),
    );
    expect(rows).toBeGreaterThanOrEqual(COMBINATIONS);
    expect(rows).toBeLessThan(20 * COMBINATIONS);
  },
);

test('rollups are compared with calls in steps of some rows for each of them', async () => {
  const rows = await busiestStep(held.database.sql, compareMonth('2026-03-01', 10));
  expect(rows).toBeGreaterThanOrEqual(COMBINATIONS);
  // As kept, and as the calls have it.
  expect(rows).toBeLessThan(2 * 20 * COMBINATIONS);
});

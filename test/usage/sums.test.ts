import { expect, test } from '@jest/globals';
import type { GraphQLObjectType } from 'graphql';
import { sql } from 'kysely';
import { createSchema } from '../../src/schema.js';
import { SUMS } from '../../src/usage/rollups/sums.js';
import { UsageDelta } from '../../src/usage/rollups/usage-delta.js';
import { UsageRollup } from '../../src/usage/rollups/usage-rollup.js';
import { NO_TOTALS } from '../../src/usage/totals-columns.js';
import { useTestDatabase } from '../support/database.js';

const held = useTestDatabase();

const COLUMNS: string[] = SUMS.map(({ column }) => column);

/** Figures of UsageTotals that other statements give, or that follow from others. */
const COMPUTED = ['durationMsPercentile', 'errorRate', 'firstCallTime', 'lastCallTime'];

test.each([
  ['llm_usage_rollups', UsageRollup, []],
  ['llm_usage_deltas', UsageDelta, ['id', 'block']],
])('the numbers of %s and of its entity are the listed sums', async (table, entity, others) => {
  const { props } = held.database.orm.getMetadata().get<object>(entity);
  const ofEntity = props.filter(({ columnTypes }) => /^big(int|serial)$/.test(columnTypes[0] ?? ''));
  const { rows } = await sql<{ name: string }>`
    SELECT attname AS name FROM pg_attribute
    WHERE attrelid = ${table}::regclass AND atttypid = 'bigint'::regtype AND attnum > 0`.execute(
    held.database.sql,
  );
  const listed = [...others, ...COLUMNS].sort();
  expect(ofEntity.flatMap(({ fieldNames }) => fieldNames).sort()).toEqual(listed);
  expect(rows.map(({ name }) => name).sort()).toEqual(listed);
});

test('UsageTotals has a field for each figure that totals select, and no other', async () => {
  const type = (await createSchema()).getType('UsageTotals') as GraphQLObjectType;
  const selected = Object.keys(NO_TOTALS).filter((name) => name !== 'callTimes');
  expect(Object.keys(type.getFields()).sort()).toEqual([...selected, ...COMPUTED].sort());
});

test('a call adds to a delta what the list says', async () => {
  const ofCall = SUMS.map(({ column, ofCall }) => `coalesce(${ofCall}, 0)::text AS ${column}`);
  for (const numbers of ['70, 40, 30, 1200', 'NULL, NULL, NULL, NULL', '0, -1, 2147483647, 0']) {
    await sql`TRUNCATE llm_call_logs`.execute(held.database.sql);
    await sql`
      INSERT INTO llm_call_logs (request_messages, status, call_time, tokens_used, prompt_tokens, completion_tokens, duration_ms)
      VALUES ('[]', 'success', '2026-03-01', ${sql.raw(numbers)})`.execute(held.database.sql);
    const { rows: deltas } = await sql`
      SELECT ${sql.join(COLUMNS.map((column) => sql`${sql.ref(column)}::text`))} FROM llm_usage_deltas`.execute(
      held.database.sql,
    );
    const { rows: listed } = await sql`SELECT ${sql.raw(ofCall.join(', '))} FROM llm_call_logs`.execute(
      held.database.sql,
    );
    expect(deltas).toEqual(listed);
  }
});

import { beforeEach, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { compactAll } from '../../src/usage/rollups/keep-rollups.js';
import { rebuildRollups } from '../../src/usage/rollups/rebuild.js';
import { useTestDatabase } from '../support/database.js';
import { findDifferences, keepAllKinds } from './kept-usage.js';

const held = useTestDatabase();

beforeEach(() => keepAllKinds(held.database));

/** Does harm to what is kept, and gives what is found; making anew mends it. */
async function harm(statement: string): Promise<string[]> {
  await sql.raw(statement).execute(held.database.sql);
  const found = await findDifferences(held.database);
  await rebuildRollups(held.database, () => undefined);
  expect(await findDifferences(held.database)).toEqual([]);
  return found;
}

test('calls of every kind are kept without a difference, in rollups, in deltas and in both', async () => {
  expect(await findDifferences(held.database)).toEqual([]);
  await compactAll(held.database);
  expect(await findDifferences(held.database)).toEqual([]);
});

/** A rollup: of group 2 and success in May 2024. */
const ROLLUP = `slice_id = (SELECT id FROM llm_usage_slices WHERE dimensions = 'group' AND status = 'success'
  AND group_id = 2) AND unit = 5 AND bucket = '2024-05-01'`;
const PLACE = 'group, month from 2024-05-01 00:00:00 UTC, status "success", group_id 2';

/** What the calls of that rollup have. */
async function ofCalls(figure: string): Promise<number> {
  const { rows } = await sql<{ value: string }>`
    SELECT ${sql.raw(figure)} AS value FROM llm_call_logs
    WHERE status = 'success' AND group_id = 2 AND call_time >= '2024-05-01' AND call_time < '2024-06-01'`.execute(
    held.database.sql,
  );
  return Number(rows[0]!.value);
}

test.each([
  ['calls', 'count(*)'],
  ['tokens_counted', 'count(tokens_used)'],
  ['tokens_used', 'sum(tokens_used)'],
  ['prompt_tokens', 'sum(prompt_tokens)'],
  ['completion_tokens', 'sum(completion_tokens)'],
  ['durations_counted', 'count(duration_ms)'],
  ['duration_ms', 'sum(duration_ms)'],
])('a wrong sum is found with its place and both values: %s', async (column, figure) => {
  const value = await ofCalls(figure);
  expect(value).not.toBe(0);
  expect(await harm(`UPDATE llm_usage_rollups SET ${column} = ${column} + 7 WHERE ${ROLLUP}`)).toEqual([
    `${PLACE}: ${column} is ${value + 7}, should be ${value}`,
  ]);
});

test('wrong histograms are found with their first wrong bucket and both values', async () => {
  const [lowest, huge] = [
    await ofCalls('min(llm_usage_duration_index(duration_ms))'),
    await ofCalls('count(*) FILTER (WHERE duration_ms = 77)'),
  ];
  expect(
    await harm(`UPDATE llm_usage_rollups SET duration_calls[1] = duration_calls[1] + 5 WHERE ${ROLLUP}`),
  ).toEqual([
    expect.stringMatching(new RegExp(`^${PLACE}: durations of bucket ${lowest} are \\d+, should be \\d+$`)),
  ]);
  await keepAllKinds(held.database);
  await compactAll(held.database);
  expect(
    await harm(`UPDATE llm_usage_rollups SET duration_calls[array_position(duration_indexes, 77::smallint)] = 1000
        WHERE ${ROLLUP};
      UPDATE llm_usage_rollups SET duration_indexes = duration_indexes || 30000::smallint,
        duration_calls = duration_calls || 3::bigint
      WHERE ${ROLLUP}`),
  ).toEqual([`${PLACE}: durations of bucket 77 are 1000, should be ${huge} (and 1 more)`]);
});

test('a rollup that is gone, one of no calls, and histograms where there are to be none are found', async () => {
  const calls = await ofCalls('count(*)');
  await compactAll(held.database);
  expect(await harm(`DELETE FROM llm_usage_rollups WHERE ${ROLLUP}`)).toEqual([
    expect.stringMatching(
      new RegExp(`^${PLACE}: calls is 0, should be ${calls}; .*; durations of bucket .* more\\)$`),
    ),
  ]);
  expect(
    await harm(`INSERT INTO llm_usage_rollups SELECT slice_id, 2, '2031-07-01 05:00', 3, 0, 0, 0, 0, 0, 0, '{}', '{}'
      FROM llm_usage_rollups WHERE ${ROLLUP}`),
  ).toEqual([
    'group, hour from 2031-07-01 05:00:00 UTC, status "success", group_id 2: calls is 3, should be 0',
  ]);
  expect(
    await harm(`INSERT INTO llm_usage_rollups SELECT slice_id, 1, 'infinity', 3, 0, 0, 0, 0, 0, 0, '{}', '{}'
      FROM llm_usage_rollups WHERE ${ROLLUP}`),
  ).toEqual(['group, quarter hour from infinity UTC, status "success", group_id 2: calls is 3, should be 0']);
  expect(
    await harm(`UPDATE llm_usage_rollups SET duration_indexes = '{4}', duration_calls = '{2}'
      WHERE (slice_id, unit, bucket) = (SELECT slice_id, unit, bucket FROM llm_usage_rollups
        JOIN llm_usage_slices ON id = slice_id WHERE dimensions = 'all' AND unit = 4 AND bucket = '2024-05-02'
        AND status = 'success' AND group_id = 1 AND model IS NULL AND config_id IS NULL)`),
  ).toEqual([
    'all, day from 2024-05-02 00:00:00 UTC, status "success", group_id 1, model null, config_id null: durations of bucket 4 are 2, should be 0',
  ]);
});

test('a rollup of nothing is no difference', async () => {
  await sql`
    INSERT INTO llm_usage_rollups SELECT id, 5, '2031-07-01', 0, 0, 0, 0, 0, 0, 0, '{}', '{}'
    FROM llm_usage_slices`.execute(held.database.sql);
  expect(await findDifferences(held.database)).toEqual([]);
});

test('a slice that is another one, and one that is gone, are found by the rollups that refer to them', async () => {
  const { rows } = await sql<{ id: number; rollups: string }>`
    SELECT slice_id AS id, count(*) AS rollups FROM llm_usage_rollups
    WHERE slice_id = (SELECT id FROM llm_usage_slices WHERE dimensions = 'group' AND status = 'error' AND group_id = 1)
    GROUP BY 1`.execute(held.database.sql);
  const { id, rollups } = rows[0]!;
  const changed = await harm(`UPDATE llm_usage_slices SET group_id = 3 WHERE id = ${id}`);
  expect(changed).toHaveLength(2 * Number(rollups));
  for (const line of changed) expect(line).toMatch(/^group, .*, status "error", group_id [13]: calls is /);

  const next = await sql<{ id: number }>`
    SELECT id FROM llm_usage_slices WHERE dimensions = 'status' AND status = 'error'`.execute(
    held.database.sql,
  );
  const gone = await harm(`DELETE FROM llm_usage_slices WHERE id = ${next.rows[0]!.id}`);
  expect(gone).toContainEqual(
    expect.stringMatching(/^slice \d+, which is not there, month from 2024-05-01 .*: calls is /),
  );
  expect(gone).toContainEqual(
    expect.stringMatching(
      /^status, month from 2024-05-01 00:00:00 UTC, status "error": calls is 0, should be /,
    ),
  );
});

test('a delta that is gone, or is there twice, is found in every rollup that it belongs to', async () => {
  const units = 5 + 3 + 5 + 2;
  const gone = await harm('DELETE FROM llm_usage_deltas WHERE id = (SELECT min(id) FROM llm_usage_deltas)');
  expect(gone).toHaveLength(units);
  await keepAllKinds(held.database);
  const twice =
    await harm(`INSERT INTO llm_usage_deltas (block, bucket, status, group_id, model, config_id, calls,
      tokens_counted, tokens_used, prompt_tokens, completion_tokens, durations_counted, duration_ms, durations)
    SELECT block, bucket, status, group_id, model, config_id, calls, tokens_counted, tokens_used, prompt_tokens,
      completion_tokens, durations_counted, duration_ms, durations
    FROM llm_usage_deltas ORDER BY id LIMIT 1`);
  expect(twice).toHaveLength(units);
});

test('calls that were deleted past the triggers are found, though their month has no calls any more', async () => {
  await compactAll(held.database);
  const found = await harm(`ALTER TABLE llm_call_logs DISABLE TRIGGER llm_usage_delete;
    DELETE FROM llm_call_logs WHERE call_time < '2024-05-01' AND call_time > '2024-01-01';
    ALTER TABLE llm_call_logs ENABLE TRIGGER llm_usage_delete`);
  expect(found).toContainEqual(
    expect.stringMatching(
      /^status, month from 2024-04-01 00:00:00 UTC, status "error": calls is [1-9]\d*, should be 0; /,
    ),
  );
});

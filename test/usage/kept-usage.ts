import { sql } from 'kysely';
import type { Database } from '../../src/database/database.js';
import { compactAll } from '../../src/usage/rollups/keep-rollups.js';
import { verifyRollups } from '../../src/usage/rollups/verify.js';
import { describeDifference } from '../../src/usage/rollups/difference.js';
import { runCli } from '../support/processes.js';

/**
 * Calls of every kind: without group, model, config, tokens, duration; with negative, equal and huge durations; at the
 * ends of months and of time; and some that count nowhere, since they have no time.
 */
export async function insertAllKinds({ sql: kysely }: Database): Promise<void> {
  await sql`INSERT INTO groups (id, name) VALUES (1, 'one'), (2, 'two') ON CONFLICT DO NOTHING`.execute(
    kysely,
  );
  await sql`
    INSERT INTO llm_call_logs (group_id, config_id, request_messages, request_params, response_data, status,
      tokens_used, prompt_tokens, completion_tokens, call_time, duration_ms)
    SELECT nullif(n % 3, 0), CASE WHEN n % 4 > 1 THEN n % 4 END, '[]'::jsonb,
      CASE n % 5 WHEN 0 THEN NULL WHEN 1 THEN '{"model": "a"}' WHEN 2 THEN '{"model": "b"}' ELSE '{}' END::jsonb,
      CASE WHEN n % 10 = 3 THEN '{"model": "c"}' END::jsonb, CASE WHEN n % 7 = 0 THEN 'error' ELSE 'success' END,
      nullif(n % 6, 0) * 100, nullif(n % 6, 0) * 60, nullif(n % 6, 0) * 40,
      TIMESTAMP '2024-04-29 22:07:03.123456' + n * interval '37 minutes',
      CASE WHEN n % 8 = 0 THEN NULL WHEN n % 8 = 1 THEN -n WHEN n % 8 = 2 THEN 2147483647 - n % 3 ELSE n * n END
    FROM generate_series(1, 400) AS n
    UNION ALL
    SELECT 1, NULL, '[]'::jsonb, NULL::jsonb, NULL::jsonb, 'success', 1, 1, 0, moment::timestamp, -2147483648
    FROM unnest(ARRAY[NULL, 'infinity', '-infinity', '0001-01-01', '9999-12-31 23:59:59.999999', '10000-01-01',
      '2024-04-30 23:59:59.999999', '2024-05-01', '0044-03-15 BC']) AS moment`.execute(kysely);
}

/** The same calls, all of them in rollups and some of them changed since, in deltas. */
export async function keepAllKinds(database: Database): Promise<void> {
  await sql`TRUNCATE llm_call_logs RESTART IDENTITY`.execute(database.sql);
  await insertAllKinds(database);
  await compactAll(database);
  await sql`UPDATE llm_call_logs SET group_id = 2, duration_ms = 77 WHERE id % 50 = 0`.execute(database.sql);
  await sql`DELETE FROM llm_call_logs WHERE id % 50 = 1`.execute(database.sql);
}

/** How many calls the tests let a filling count at once: a quarter of those of {@link insertManyCalls}. */
export const SMALL_BATCH = 6_000;

/** Calls whose numbers lie so far apart that they are in ten blocks. */
export async function insertManyCalls({ sql: kysely }: Database): Promise<void> {
  await sql`
    INSERT INTO llm_call_logs (id, group_id, request_messages, status, tokens_used, call_time, duration_ms)
    SELECT 1000000 + n * 25, 1 + n % 2, '[]', 'success', n % 100,
      TIMESTAMP '2024-06-01' + n % 2000 * interval '7 minutes', n
    FROM generate_series(1, ${4 * SMALL_BATCH}::integer) AS n`.execute(kysely);
  await sql`SELECT setval('llm_call_logs_id_seq', 2000000)`.execute(kysely);
}

/** What a comparison of everything says, a line for each wrong rollup. */
export async function findDifferences(database: Database): Promise<string[]> {
  const { wrong, differences } = await verifyRollups(database, {}, 10_000, () => undefined);
  if (wrong !== differences.length) throw new Error(`${wrong} are counted, ${differences.length} are given.`);
  return differences.map(describeDifference);
}

/** Runs `usage …` to its end. */
export async function runUsage(databaseUrl: string, ...args: string[]) {
  const cli = runCli(['usage', ...args], { DATABASE_URL: databaseUrl });
  const { code } = await cli.ended;
  return { code, stdout: cli.stdout(), stderr: cli.stderr() };
}

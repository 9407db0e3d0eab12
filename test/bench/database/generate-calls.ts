import type { Client } from 'pg';
import { dropIndexes } from '../../../src/demo/indexes.js';
import { drawBodies, type BodySize } from './bodies.js';
import { YEAR } from './period.js';

export const GROUP_COUNT = 200;

const BATCH = 100_000;

/** A number from 0 to below 1 that depends on nothing but the number of the call and on what it is drawn for. */
function draw(purpose: number): string {
  return `((hashint8extended(call, ${purpose}) & 16777215) / 16777216.0::double precision)`;
}

/**
 * Calls $1 to $2 of $3. They are spread evenly over the year, which is the hardest case for any summary of it; the
 * share of the group of number k is about 1/k (Zipf), and none stays empty. Tokens and durations are skewed like real
 * ones, and calls that failed have no tokens.
 */
const GENERATE = `
  INSERT INTO llm_call_logs (
    config_id, group_id, activation_code, request_messages, request_params, response_content, response_data,
    status, error_message, tokens_used, prompt_tokens, completion_tokens, call_time, duration_ms
  )
  SELECT
    1,
    CASE WHEN call <= ${GROUP_COUNT} THEN call ELSE floor(exp(${draw(1)} * ln(${GROUP_COUNT + 1}.0::double precision))) END,
    CASE WHEN ${draw(2)} < 0.6 THEN 'AC-' || lpad(floor(${draw(3)} * 5000)::text, 5, '0') END,
    messages,
    jsonb_build_object('model', model, 'temperature', 0.2),
    CASE WHEN NOT failed THEN response END,
    CASE WHEN NOT failed THEN raw_response || jsonb_build_object('id', 'chatcmpl-' || call, 'model', model) END,
    CASE WHEN failed THEN 'error' ELSE 'success' END,
    CASE WHEN failed THEN 'HTTP 429: rate limit reached' END,
    CASE WHEN NOT failed THEN prompt + completion END,
    CASE WHEN NOT failed THEN prompt END,
    CASE WHEN NOT failed THEN completion END,
    $4::timestamp + make_interval(secs => trunc(((call - 1 + ${draw(4)}) / $3 * $5)::numeric, 3)::double precision),
    (200 * exp(3 * ${draw(5)}))::integer
  FROM (
    SELECT
      call,
      ${draw(6)} < 0.03 AS failed,
      CASE WHEN ${draw(7)} < 0.6 THEN 'gpt-4o-mini' WHEN ${draw(7)} < 0.9 THEN 'gpt-4o' ELSE 'claude-sonnet-4' END AS model,
      (50 * exp(4 * ${draw(8)}))::integer AS prompt,
      (10 * exp(4 * ${draw(9)}))::integer AS completion,
      floor(${draw(10)} * $6)::integer AS body
    FROM generate_series($1::bigint, $2::bigint) AS call
  ) AS calls
  JOIN bench_bodies USING (body)
  ORDER BY call`;

/**
 * Fills a migrated database with these calls and no others, the same ones for the same arguments, in one transaction.
 * The product's triggers do not see them.
 *
 * Of small bodies, which nobody searches, there is no index for search in texts: it would take longer than all the rest.
 *
 * @param report is told how far it is
 */
export async function generateCalls(
  client: Client,
  calls: number,
  bodySize: BodySize,
  report: (progress: string) => void,
): Promise<void> {
  const bodies = drawBodies(bodySize);
  const seconds = (Date.parse(YEAR.to) - Date.parse(YEAR.from)) / 1000;
  await client.query("BEGIN; SET LOCAL work_mem = '256MB'; SET LOCAL maintenance_work_mem = '512MB'");
  // An attempt that was cut off has used numbers up.
  await client.query('TRUNCATE llm_call_logs, groups, llm_configs RESTART IDENTITY');
  // Much faster than with the indexes in place, the one for search in texts above all.
  const dropped = await dropIndexes(client);
  const indexes = dropped.filter((definition) => bodySize !== 'small' || !definition.includes('USING gin'));
  await client.query('ALTER TABLE llm_call_logs DISABLE TRIGGER USER');
  await client.query(
    `INSERT INTO groups (name) SELECT 'Group ' || number FROM generate_series(1, ${GROUP_COUNT}) AS number`,
  );
  await client.query("INSERT INTO llm_configs (api_key) VALUES ('bench-key-not-a-real-one')");
  await client.query(
    `CREATE TEMPORARY TABLE bench_bodies ON COMMIT DROP AS
     SELECT (ordinality - 1)::integer AS body, value -> 'messages' AS messages, value ->> 'response' AS response,
       nullif(value -> 'responseData', 'null') AS raw_response
     FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY`,
    [JSON.stringify(bodies)],
  );
  await client.query('ANALYZE bench_bodies');
  for (let first = 1; first <= calls; first += BATCH) {
    const last = Math.min(first + BATCH - 1, calls);
    await client.query(GENERATE, [first, last, calls, YEAR.from, seconds, bodies.length]);
    report(`${last.toLocaleString('en')} of ${calls.toLocaleString('en')} calls`);
  }
  for (const definition of indexes) {
    report(definition.replace(/ ON .*/s, ''));
    await client.query(definition);
  }
  await client.query('ALTER TABLE llm_call_logs ENABLE TRIGGER USER');
  await client.query('COMMIT');
  await client.query('VACUUM ANALYZE');
}

import { sql, type Kysely } from 'kysely';
import type { Caller } from '../../access/caller.js';
import { badUserInput } from '../../graphql/errors.js';
import { fromDate, type Timestamp } from '../../database/timestamp.js';
import { storableText } from '../../database/storable-text.js';

const MAX_KEY_LENGTH = 255;
const LIFETIME_HOURS = 24;

/**
 * The key as it is stored: each caller has keys of its own. A caller who uses the key of another records a call, and is
 * not shown the other's.
 *
 * @throws BAD_USER_INPUT when the key is empty or longer than 255 characters
 */
export function parseIdempotencyKey(
  caller: Caller,
  key: string | null | undefined,
  at: string,
): string | null {
  if (key == null) return null;
  if (key === '' || Array.from(key).length > MAX_KEY_LENGTH) {
    throw badUserInput(`${at}.idempotencyKey`, `must be from 1 to ${MAX_KEY_LENGTH} characters long.`);
  }
  return `${caller.id} ${storableText(key)}`;
}

/**
 * Claims the keys of calls about to be recorded. A transaction that claims the same key at the same time
 * is waited for.
 *
 * @param calls with the ids that they are to have; keys are unique among them
 * @returns for each call whose key was used within the last 24 hours, by its id, the id of the call
 *   recorded then
 */
export async function claimKeys(
  transaction: Kysely<unknown>,
  calls: readonly { id: string; idempotencyKey: string | null }[],
  now: Timestamp,
): Promise<Map<string, string>> {
  const keyed = calls.flatMap(({ id, idempotencyKey: key }) => (key === null ? [] : [{ id, key }]));
  if (keyed.length === 0) return new Map();
  const keys = keyed.map(({ key }) => key);
  // In the order of the keys, so that two transactions never wait for each other.
  const claimed = await sql<{ key: string }>`
    INSERT INTO llm_call_log_idempotency_keys AS held (key, call_log_id, created_at)
    SELECT key, call_log_id, ${now}::timestamp
    FROM unnest(${keys}::text[], ${keyed.map(({ id }) => id)}::bigint[]) AS wanted (key, call_log_id)
    ORDER BY key
    ON CONFLICT (key) DO UPDATE SET call_log_id = excluded.call_log_id, created_at = excluded.created_at
      WHERE held.created_at <= excluded.created_at - make_interval(hours => ${LIFETIME_HOURS})
    RETURNING key`.execute(transaction);
  const ours = new Set(claimed.rows.map(({ key }) => key));
  const taken = keys.filter((key) => !ours.has(key));
  if (taken.length === 0) return new Map();
  const earlier = await sql<{ key: string; id: string }>`
    SELECT key, call_log_id AS id FROM llm_call_log_idempotency_keys WHERE key = ANY(${taken})`.execute(
    transaction,
  );
  const idByKey = new Map(earlier.rows.map(({ key, id }) => [key, id]));
  const stillThere = await sql<{ id: string }>`
    SELECT id FROM llm_call_logs WHERE id = ANY(${[...idByKey.values()]}::bigint[])`.execute(transaction);
  const there = new Set(stillThere.rows.map(({ id }) => id));
  const found = new Map<string, string>();
  for (const { id, key } of keyed) {
    const earlierId = idByKey.get(key);
    if (earlierId === undefined) continue;
    if (there.has(earlierId)) found.set(id, earlierId);
    else await passOn(transaction, key, id, now);
  }
  return found;
}

/** Gives a key whose call has been deleted to another call. The claim above has locked it, refused as it was. */
async function passOn(transaction: Kysely<unknown>, key: string, id: string, now: Timestamp): Promise<void> {
  await sql`
    UPDATE llm_call_log_idempotency_keys SET call_log_id = ${id}, created_at = ${now}::timestamp
    WHERE key = ${key}`.execute(transaction);
}

/** Forgets the keys that are too old to matter. */
export async function forgetOldKeys(database: Kysely<unknown>): Promise<void> {
  const old = fromDate(new Date(Date.now() - LIFETIME_HOURS * 3_600_000));
  await sql`DELETE FROM llm_call_log_idempotency_keys WHERE created_at < ${old}::timestamp`.execute(database);
}

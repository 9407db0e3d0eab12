import { createHmac } from 'node:crypto';
import { sql, type Kysely } from 'kysely';
import type { Caller } from '../../access/caller.js';
import { badUserInput } from '../../graphql/errors.js';
import { storableText } from '../../database/storable-text.js';
import type { RecordCallLogInput } from './record-input.js';

const MAX_KEY_LENGTH = 255;

/** How long a repeat is recognised. */
export const LIFETIME_HOURS = 24;

/** Keys that one statement forgets, so that none takes long. */
const MAX_FORGOTTEN = 10_000;

/** By which a repeat of a recording is recognised. */
export interface Idempotency {
  /** Each caller has keys of its own, and is not shown the calls of another's. */
  key: string;
  /** Keyed hash of what was sent, the key included: another call under the same key is no repeat. */
  content: string;
}

/**
 * @param secret keeps whoever reads the table from trying what was sent
 * @returns null where the call has no key
 * @throws BAD_USER_INPUT when the key is empty or longer than 255 characters
 */
export function idempotencyOf(
  caller: Caller,
  input: RecordCallLogInput,
  at: string,
  secret: string,
): Idempotency | null {
  const { idempotencyKey } = input;
  if (idempotencyKey == null) return null;
  if (idempotencyKey === '' || Array.from(idempotencyKey).length > MAX_KEY_LENGTH) {
    throw badUserInput(`${at}.idempotencyKey`, `must be from 1 to ${MAX_KEY_LENGTH} characters long.`);
  }
  return {
    key: `${caller.id}${storedKey(idempotencyKey)}`,
    content: createHmac('sha256', secret).update(canonicalJson(input)).digest('base64url'),
  };
}

/** What PostgreSQL cannot store as it is, is stored as numbers, so that two such keys stay two. */
function storedKey(key: string): string {
  if (storableText(key) === key) return ` ${key}`;
  return `\t${Buffer.from(key, 'utf16le').toString('base64url')}`;
}

/** JSON that is the same for the same values, whatever the order of their names; values that are left out are null. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_name, member: unknown) => {
    if (member === null || typeof member !== 'object' || Array.isArray(member)) return member;
    const names = Object.keys(member).sort();
    return Object.fromEntries(
      names.flatMap((name) => {
        const given = (member as Record<string, unknown>)[name];
        return given == null ? [] : [[name, given]];
      }),
    );
  });
}

/** Forgets the keys that are too old to matter, by the database's clock. */
export async function forgetOldKeys(kysely: Kysely<unknown>): Promise<void> {
  for (;;) {
    const { numAffectedRows = 0n } = await sql`
      DELETE FROM llm_call_log_idempotency_keys WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM llm_call_log_idempotency_keys
        WHERE created_at < now() AT TIME ZONE 'UTC' - make_interval(hours => ${LIFETIME_HOURS})
        LIMIT ${MAX_FORGOTTEN} FOR UPDATE SKIP LOCKED))`.execute(kysely);
    if (numAffectedRows < MAX_FORGOTTEN) return;
  }
}

import { badUserInput } from '../graphql/errors.js';
import { storableText } from '../database/storable-text.js';
import { looksSealed } from './envelope.js';

/** Far longer than any provider's; what is longer fits into no HTTP header beside others. */
const MAX_KEY = 4096;
const MAX_REASON = 1000;

/** Shorter ones can be found in any sentence. */
const TELLING_KEY = 8;

/** @throws BAD_USER_INPUT that says what no key is, and never what was given */
export function refuseImpossibleKey(apiKey: string): void {
  const refuse = (message: string) => badUserInput('input.newApiKey', message);
  if (apiKey === '') throw refuse('must not be empty.');
  if (apiKey.length > MAX_KEY) throw refuse(`must not be longer than ${MAX_KEY} characters.`);
  if (apiKey !== apiKey.trim()) throw refuse('must not begin or end with white space.');
  if (/\p{C}/u.test(apiKey)) throw refuse('must not contain control characters.');
  if (!/^[ -~]*$/.test(apiKey)) {
    throw refuse('must not contain characters beyond ASCII, which no HTTP header carries.');
  }
  if (looksSealed(apiKey)) throw refuse('must not be what is stored of a key; give the key itself.');
}

/**
 * The reason as it goes into the audit trail.
 *
 * @param keys the new one and the one before
 * @throws BAD_USER_INPUT when it is too long, or tells a key
 */
export function readReason(
  reason: string | null | undefined,
  keys: readonly (string | null)[],
): string | null {
  if (reason == null) return null;
  if (reason.length > MAX_REASON) {
    throw badUserInput('input.reason', `must not be longer than ${MAX_REASON} characters.`);
  }
  if (keys.some((key) => key !== null && key.length >= TELLING_KEY && reason.includes(key))) {
    throw badUserInput('input.reason', 'must not tell a key: the audit trail keeps it.');
  }
  return storableText(reason);
}

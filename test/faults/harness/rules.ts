import { ERROR_CODES } from '../../../src/graphql/errors.js';
import type { Answer, Told } from './request.js';

/** Codes of mistakes in what was sent; sent again, it is refused again. */
const MISTAKES = new Set(['BAD_USER_INPUT', 'FORBIDDEN', 'UNAUTHENTICATED', 'IDEMPOTENCY_CONFLICT']);

/** Codes after which a call may have been written: it is sent again only with a key. */
const UNKNOWN_OUTCOME = new Set(['OUTCOME_UNKNOWN', 'INTERNAL_SERVER_ERROR']);

/** Sentences that are good advice to a reader, and none to a writer. */
const READERS_ADVICE = /narrow|breakdown|no text/i;

/** Whether an answer says that nothing of the call was written. */
export function saysNothingWritten({ code }: Told): boolean {
  return code !== undefined && isOurs(code) && !UNKNOWN_OUTCOME.has(code);
}

/** Whether it does not help to send the call again. */
export function isMistake({ code }: Told): boolean {
  return code !== undefined && MISTAKES.has(code);
}

/** What is wrong with an answer whatever the fault was, in a sentence each. */
export function brokenRules({ status, retryAfter, told }: Answer): string[] {
  const found = new Set<string>();
  for (const { id, code, message = '' } of told) {
    if (id !== undefined) continue;
    if (code === undefined) found.add('A call was neither recorded nor rejected.');
    else if (code === 'UNANSWERED') found.add('A recording was not answered.');
    else if (status === 0) found.add(`A connection ended without an answer: ${code}.`);
    else if (!isOurs(code)) found.add(`${code} is no code of ours.`);
    else if (code === 'INTERNAL_SERVER_ERROR') found.add('A fault was answered by INTERNAL_SERVER_ERROR.');
    if (READERS_ADVICE.test(message)) found.add(`A writer got a reader's advice: ${code}, "${message}"`);
  }
  // Where the whole request failed for a reason that passes, HTTP says so, for clients that know nothing else.
  if (told.every((call) => saysNothingWritten(call) && !isMistake(call))) {
    const codes = [...new Set(told.map(({ code }) => code))].join(' and ');
    if (status !== 503) found.add(`${codes} came with HTTP ${status} instead of 503.`);
    if (!(Number(retryAfter) > 0)) found.add(`${codes} came without Retry-After.`);
  }
  return [...found];
}

function isOurs(code: string): boolean {
  return (ERROR_CODES as readonly string[]).includes(code);
}

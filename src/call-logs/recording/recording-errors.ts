import { GraphQLError } from 'graphql';
import type { Trouble } from '../../database/trouble.js';
import { badUserInput, withCode, type ErrorCode } from '../../graphql/errors.js';
import type { NewCallLog } from './prepare-call-log.js';

/** A call that was not recorded, by no mistake of whoever sent it. */
function unrecorded(code: ErrorCode, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: withCode(code) });
}

/** Nobody is there to read it. */
export function abandoned(): GraphQLError {
  return unrecorded('BAD_REQUEST', 'The client hung up before the call was begun.');
}

export function overloaded(): GraphQLError {
  return unrecorded(
    'OVERLOADED',
    'More calls are waiting to be recorded than this server can record in time. Nothing was written; send the call again.',
  );
}

export function notWritten({ code, reason }: Trouble): GraphQLError {
  return unrecorded(code, `${reason} Nothing was written; send the call again.`);
}

export function outcomeUnknown(isKeyed: boolean): GraphQLError {
  const advice = isKeyed
    ? 'Send it again with the same idempotencyKey: it is recorded once.'
    : 'It may be in the log twice if it is sent again; with an idempotencyKey, it could be repeated safely.';
  return unrecorded(
    'OUTCOME_UNKNOWN',
    `The database was asked to record the call and did not answer, so that nobody knows whether it did. ${advice}`,
  );
}

export function unknownGroup(at: string, groupId: number): GraphQLError {
  return badUserInput(`${at}.groupId`, `must be the number of a group; there is no group ${groupId}.`);
}

export function keyOfAnotherCall(at: string): GraphQLError {
  const argument = `${at}.idempotencyKey`;
  return new GraphQLError(
    `${argument} was used for another call within the last 24 hours. Give each call a key of its own; nothing was written.`,
    { extensions: withCode('IDEMPOTENCY_CONFLICT', { argument }) },
  );
}

/** @param error by which the database refused the call's values */
export function refusedByDatabase(
  error: { code: string; message: string },
  { groupId }: NewCallLog,
  at: string,
): GraphQLError {
  // The table should have one foreign key.
  if (error.code === '23503' && groupId !== null) return unknownGroup(at, groupId);
  return badUserInput(at, `was refused by the database: ${error.message}.`);
}

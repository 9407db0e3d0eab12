import { GraphQLError } from 'graphql';
import type { ReadCall } from '../call-logs/recording/record-call-logs.js';
import type { ReadRow } from '../call-logs/recording/read-row.js';
import { withCode } from '../graphql/errors.js';
import { limitExceeded } from '../graphql/limits/limit-exceeded.js';

/** A call as a body holds it. */
export interface SentCall {
  /** In formats of lines: the number of its line, from 1. */
  line?: number;
  read: ReadCall;
}

/**
 * Finds the calls of a body. What is wrong with one of them shows when that is read.
 *
 * @param readRow reads a call that is written as `RecordCallLogInput` is
 * @throws BAD_REQUEST for a body that does not have the format, PAYLOAD_TOO_LARGE for more than {@link MAX_CALLS}
 */
export type Format = (body: Buffer, readRow: ReadRow) => Iterable<SentCall>;

/** Calls of one request: as many could be rejected, each with a message. */
export const MAX_CALLS = 100_000;

/** @param actual missing where counting stopped at {@link MAX_CALLS} */
export function tooMany(what: 'calls' | 'lines', actual?: number): GraphQLError {
  const message = `A request may hold at most ${MAX_CALLS} ${what}; send fewer calls at once.`;
  const excess = { limit: MAX_CALLS, ...(actual !== undefined && { actual }) };
  return limitExceeded('PAYLOAD_TOO_LARGE', message, excess, { status: 413 });
}

/** The body as a whole is not what it should be. */
export function badBody(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { ...withCode('BAD_REQUEST'), http: { status: 400 } } });
}

/** Text of JSON, without the mark that some programs begin a file with. */
export function textOf(bytes: Buffer): string {
  const text = bytes.toString();
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

const SPACE = new Set(Buffer.from(' \t\r\n'));

/** Whether there is nothing but white space. */
export function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => SPACE.has(byte));
}

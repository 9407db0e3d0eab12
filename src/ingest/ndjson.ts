import type { ReadRow } from '../call-logs/recording/read-row.js';
import { badUserInput } from '../graphql/errors.js';
import { isDeeperThan, MAX_LEVELS } from '../graphql/json-bytes.js';
import { isBlank, MAX_CALLS, tooMany, textOf, type SentCall } from './sent-calls.js';

const NEWLINE = 0x0a;

/** A call on each line, as JSON; blank lines are passed over. A line is parsed when its call is read. */
export function ndjson(body: Buffer, readRow: ReadRow): Iterable<SentCall> {
  refuseMoreLines(body);
  return linesOf(body, readRow);
}

/** @throws PAYLOAD_TOO_LARGE */
function refuseMoreLines(body: Buffer): void {
  let lines = 0;
  for (let from = 0; from < body.length && lines <= MAX_CALLS; lines += 1) from = endOfLine(body, from) + 1;
  if (lines > MAX_CALLS) throw tooMany('lines');
}

function endOfLine(body: Buffer, from: number): number {
  const newline = body.indexOf(NEWLINE, from);
  return newline < 0 ? body.length : newline;
}

function* linesOf(body: Buffer, readRow: ReadRow): Iterable<SentCall> {
  let from = 0;
  for (let line = 1; from < body.length; line += 1) {
    const bytes = body.subarray(from, endOfLine(body, from));
    if (!isBlank(bytes)) yield { line, read: (at) => readRow(parse(bytes, at), at) };
    from += bytes.length + 1;
  }
}

function parse(line: Buffer, at: string): unknown {
  if (isDeeperThan(MAX_LEVELS, line))
    throw badUserInput(at, `is nested more than ${MAX_LEVELS} levels deep.`);
  try {
    return JSON.parse(textOf(line));
  } catch {
    throw badUserInput(at, 'must be a JSON object on a line of its own.');
  }
}

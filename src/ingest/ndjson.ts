import type { ReadRow } from '../call-logs/recording/read-row.js';
import { badUserInput } from '../graphql/errors.js';
import { isDeeperThan, MAX_LEVELS } from '../graphql/json-bytes.js';
import { isBlank, refuseMore, textOf, type SentCall } from './sent-calls.js';

const NEWLINE = 0x0a;

/** A call on each line, as JSON; blank lines are passed over. A line is parsed when its call is read. */
export function ndjson(body: Buffer, readRow: ReadRow): Iterable<SentCall> {
  refuseMore(countLines(body), 'lines');
  return linesOf(body, readRow);
}

function countLines(body: Buffer): number {
  let lines = 1;
  for (const byte of body) if (byte === NEWLINE) lines += 1;
  return body.at(-1) === NEWLINE ? lines - 1 : lines;
}

function* linesOf(body: Buffer, readRow: ReadRow): Iterable<SentCall> {
  let from = 0;
  for (let line = 1; from < body.length; line += 1) {
    const newline = body.indexOf(NEWLINE, from);
    const bytes = body.subarray(from, newline < 0 ? body.length : newline);
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

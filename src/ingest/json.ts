import { isDeeperThan, MAX_LEVELS } from '../graphql/json-bytes.js';
import { badBody, isBlank, MAX_CALLS, tooMany, textOf, type SentCall } from './sent-calls.js';
import type { ReadRow } from '../call-logs/recording/read-row.js';

/** A JSON array of calls, or one call. */
export function json(body: Buffer, readRow: ReadRow): SentCall[] {
  if (isBlank(body)) return [];
  const value = parse(body);
  if (typeof value !== 'object' || value === null) throw badBody('The body must be a JSON array of calls.');
  const rows: unknown[] = Array.isArray(value) ? value : [value];
  if (rows.length > MAX_CALLS) throw tooMany('calls', rows.length);
  return rows.map((row) => ({ read: (at) => readRow(row, at) }));
}

function parse(body: Buffer): unknown {
  if (isDeeperThan(MAX_LEVELS, body))
    throw badBody(`The body is nested more than ${MAX_LEVELS} levels deep.`);
  try {
    return JSON.parse(textOf(body));
  } catch {
    throw badBody(
      'The body is not JSON. Send a JSON array of calls, or a call on each line as application/x-ndjson.',
    );
  }
}

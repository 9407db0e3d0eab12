import { sql, type RawBuilder } from 'kysely';
import type { Timestamp } from '../database/timestamp.js';
import { badUserInput } from '../graphql/errors.js';
import type { ArgumentReader } from '../graphql/limits/cost-hints.js';
import type { TimeRange } from './filter-input.js';
import type { Predicate } from './filter-operators.js';

/** A half-open stretch of time; an end that is undefined is open. */
export interface Range {
  from?: Timestamp | undefined;
  to?: Timestamp | undefined;
}

const NOT_TOO_EARLY = sql`call_time >= '0001-01-01'`;
const NOT_TOO_LATE = sql`call_time < '10000-01-01'`;

/**
 * A call has a time that RFC 3339 can write. A row that another program gave no time, or infinity, has a place in no
 * list and no series.
 */
export const IS_CALL = sql`(${NOT_TOO_EARLY} AND ${NOT_TOO_LATE})`;

/** @param column of times */
export function withinRange({ from, to }: Range, column: RawBuilder<unknown> = sql`call_time`): Predicate[] {
  return [
    ...(from === undefined ? [] : [sql`${column} >= ${from}::timestamp`]),
    ...(to === undefined ? [] : [sql`${column} < ${to}::timestamp`]),
  ];
}

/**
 * The conditions that a row is a call and lies within a range.
 *
 * Each side gets one bound only: of two, PostgreSQL would begin to read an index at the first, and read on to the
 * second.
 *
 * @param known times that the rows have by other conditions, both included
 */
export function callsWithin({ from, to }: Range, known: { from?: Timestamp; to?: Timestamp }): Predicate[] {
  const isAfter = known.from !== undefined && (from === undefined || from <= inMicroseconds(known.from));
  const isBefore = known.to !== undefined && (to === undefined || inMicroseconds(known.to) < to);
  const begins = from === undefined ? [NOT_TOO_EARLY] : withinRange({ from });
  const ends = to === undefined ? [NOT_TOO_LATE] : withinRange({ to });
  return [...(isAfter ? [] : begins), ...(isBefore ? [] : ends)];
}

/** With all six decimals, as an input has them: so texts compare like times. */
function inMicroseconds(time: Timestamp): Timestamp {
  return `${time}${time.length === 19 ? '.' : ''}`.padEnd(26, '0');
}

/** @throws BAD_USER_INPUT that names the end and what would be right */
export function parseRange(range: TimeRange | null, at: string): Range {
  const { from, to } = range ?? {};
  if (from === null) throw badUserInput(`${at}.from`, 'must be a time; leave it out for an open beginning.');
  if (to === null) throw badUserInput(`${at}.to`, 'must be a time; leave it out for an open end.');
  if (from === undefined && to === undefined) {
    throw badUserInput(at, `must have from, to or both; leave ${at} out to select all times.`);
  }
  if (from !== undefined && to !== undefined && from >= to) {
    throw badUserInput(`${at}.from`, 'must be before to; the range includes from and ends before to.');
  }
  return { from, to };
}

/** What lies in both. */
export function overlap(one: Range, other: Range): Range {
  const from = [one.from, other.from]
    .filter((time) => time !== undefined)
    .sort()
    .at(-1);
  const to = [one.to, other.to]
    .filter((time) => time !== undefined)
    .sort()
    .at(0);
  // Ranges that do not meet select nothing, at any one moment.
  return from !== undefined && to !== undefined && from > to ? { from, to: from } : { from, to };
}

/** Length of the callTime of a filter, in milliseconds; where it lacks an end, `span`, the length around the field. */
export function boundedSpan(argument: ArgumentReader, span: number | undefined): number | undefined {
  const filter = argument('filter') as { callTime?: { from?: unknown; to?: unknown } } | null | undefined;
  const { from, to } = filter?.callTime ?? {};
  const length = Date.parse(String(to)) - Date.parse(String(from));
  return length > 0 ? length : span;
}

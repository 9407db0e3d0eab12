import { sql, type RawBuilder } from 'kysely';
import { badUserInput } from '../graphql/errors.js';
import type { Timestamp } from '../graphql/scalars.js';
import type { TimeRange } from './filter-input.js';
import type { Predicate } from './filter-operators.js';

/** A half-open stretch of time; an end that is undefined is open. */
export interface Range {
  from?: Timestamp | undefined;
  to?: Timestamp | undefined;
}

/**
 * A call has a time that RFC 3339 can write. A row that another program gave no time, or infinity, has a place in no
 * list and no series.
 */
export const IS_CALL = sql`(call_time >= '0001-01-01' AND call_time < '10000-01-01')`;

/** @param column of times */
export function withinRange({ from, to }: Range, column: RawBuilder<unknown> = sql`call_time`): Predicate[] {
  return [
    ...(from === undefined ? [] : [sql`${column} >= ${from}::timestamp`]),
    ...(to === undefined ? [] : [sql`${column} < ${to}::timestamp`]),
  ];
}

/** @throws BAD_USER_INPUT that names the end and what would be right */
export function readRange(range: TimeRange | null, at: string): Range {
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

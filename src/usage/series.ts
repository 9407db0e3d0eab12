import type { Range } from '../call-logs/call-time-range.js';
import { badUserInput } from '../graphql/errors.js';
import { fromDate, toMicroseconds, type Timestamp } from '../database/timestamp.js';
import { callTimesOf } from './call-times.js';
import { bySlice } from './read-rows.js';
import { Family, Slice } from './slice.js';
import { bucketBoundaries, type TimeInterval } from './time-buckets.js';
import { readTotals } from './totals.js';
import { NO_CALLS, NO_TOTALS, totalsIn } from './totals-columns.js';

/** Most buckets of a series. */
export const MAX_BUCKETS = 5000;

/** The last millisecond of the year 9999, where four-digit years end. */
const LATEST = 253_402_300_799_999;

/** A stretch of the clock with the calls of a slice that fall into it. */
export interface Bucket {
  start: Timestamp;
  end: Timestamp;
  usage: Slice;
}

/**
 * Cuts a slice into buckets without gaps, oldest first; slices of one family that are cut alike cost one
 * statement, besides one that finds their first and last calls where they are not bounded in time.
 *
 * @throws BAD_USER_INPUT for more than 5000 buckets, or a null argument
 */
export async function seriesOf(
  slice: Slice,
  interval: TimeInterval,
  timeZone: string | null,
): Promise<Bucket[]> {
  if (timeZone === null) throw badUserInput('timeZone', 'must have a value; leave it out for UTC.');
  const { family } = slice;
  const load = (slices: readonly Slice[]) => loadSeries(slices, family, interval, timeZone);
  return family.loader(`series ${interval} ${timeZone}`, load, ({ id }) => id).load(slice);
}

async function loadSeries(
  slices: readonly Slice[],
  family: Family,
  interval: TimeInterval,
  timeZone: string,
): Promise<Bucket[][]> {
  const spans = new Map(
    await Promise.all(slices.map(async (slice) => [slice, await spanOf(slice)] as const)),
  );
  // Slices of one stretch of time share a grid, from the first bucket that one of them needs to the last.
  const grids = new Map<number, Cut[]>();
  for (const [rangeIndex, siblings] of Map.groupBy(slices, (slice) => slice.rangeIndex)) {
    const needed = siblings.flatMap((slice) => spans.get(slice) ?? []);
    grids.set(rangeIndex, cutRange(family.ranges[rangeIndex] ?? {}, needed, interval, timeZone));
  }
  const cuts = [...grids.values()].flat();
  const indexes = new Map(cuts.map((cut, index) => [cut, index]));
  const ranges = cuts.map(({ clipped }) => clipped);
  const children = new Family(family.reader, family.selection, ranges, family.dimensions);

  const wanted = slices.map((slice) => {
    const span = spans.get(slice);
    const covering = (grids.get(slice.rangeIndex) ?? []).filter(
      ({ from, to }) => span && to > span.from && from < span.to,
    );
    return covering.map((cut) => ({ cut, slice: new Slice(children, indexes.get(cut) ?? 0, slice.keys) }));
  });
  if (cuts.length === 0) return wanted.map(() => []);
  const asked = wanted.flatMap((buckets) => buckets.map((bucket) => bucket.slice));
  const rows = bySlice(await readTotals({ figures: `series ${interval}`, family: children, slices: asked }));
  return wanted.map((buckets) =>
    buckets.map(({ cut, slice: { rangeIndex, keys, id } }) => {
      const row = rows.get(id);
      return {
        start: cut.start,
        end: cut.end,
        usage: new Slice(children, rangeIndex, keys, row ? totalsIn(row) : NO_TOTALS),
      };
    }),
  );
}

/** Milliseconds since 1970; `to` is not included. */
interface Span {
  from: number;
  to: number;
}

/** A bucket, and the stretch of time of its calls: as much of it as lies within the slice. */
interface Cut extends Span {
  start: Timestamp;
  end: Timestamp;
  clipped: Range;
}

/** The stretch of time that a slice's buckets cover; undefined where there is nothing to cover. */
async function spanOf(slice: Slice): Promise<Span | undefined> {
  const { range } = slice;
  const bounded = range.from !== undefined && range.to !== undefined;
  const { firstCallTime, lastCallTime } = await (bounded ? NO_CALLS : callTimesOf(slice));
  const from = range.from ?? firstCallTime;
  const to =
    range.to === undefined ? lastCallTime && toMicroseconds(lastCallTime) + 1n : toMicroseconds(range.to);
  if (from == null || to == null) return undefined;
  const span = {
    from: Number(toMicroseconds(from)) / 1000,
    to: Math.min(Number(to) / 1000, LATEST),
  };
  return span.from < span.to ? { from: Math.floor(span.from), to: Math.ceil(span.to) } : undefined;
}

function cutRange(range: Range, spans: Span[], interval: TimeInterval, timeZone: string): Cut[] {
  if (spans.length === 0) return [];
  const from = Math.min(...spans.map((span) => span.from));
  const to = Math.max(...spans.map((span) => span.to));
  const boundaries = bucketBoundaries(interval, timeZone, from, to, MAX_BUCKETS);
  if (boundaries.length > MAX_BUCKETS + 1) {
    throw badUserInput(
      'interval',
      `${interval} gives more than ${MAX_BUCKETS} buckets here; take a longer interval or narrow callTime.`,
    );
  }
  const times = boundaries.map((boundary) => Math.min(boundary, LATEST));
  const stamps = times.map((time) => fromDate(new Date(time)));
  return times.slice(1).map((to, index) => {
    const [start = '', end = ''] = [stamps[index], stamps[index + 1]];
    return { from: times[index] ?? to, to, start, end, clipped: clip(range, start, end) };
  });
}

function clip(range: Range, start: Timestamp, end: Timestamp): Range {
  return {
    from: range.from !== undefined && range.from > start ? range.from : start,
    to: range.to !== undefined && range.to < end ? range.to : end,
  };
}

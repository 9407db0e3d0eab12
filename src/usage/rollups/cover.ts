import type { Range } from '../../call-logs/call-time-range.js';
import { fromDate, toMicroseconds, type Timestamp } from '../../database/timestamp.js';
import type { Unit } from './cube.js';

/** Whole buckets of one unit; milliseconds since 1970, which can be infinite. */
export interface Run {
  unit: Unit;
  from: number;
  to: number;
}

/** A stretch of time as rollups can give it. */
export interface Cover {
  /** Together they are one stretch without a gap; the coarsest comes first. */
  runs: Run[];
  /** That stretch; undefined where no bucket fits into the range. */
  core: Range | undefined;
  /** What is left of the range before and after it. */
  ends: Range[];
}

const LENGTHS: Partial<Record<Unit, number>> = {
  'quarter hour': 900_000,
  hour: 3_600_000,
  'four hours': 14_400_000,
  day: 86_400_000,
};

/**
 * Covers a stretch of time with the fewest buckets, and says what is left over at its ends.
 *
 * @param units finest first
 */
export function coverRange(range: Range, units: readonly Unit[]): Cover {
  const from = range.from === undefined ? -Infinity : -floorMilliseconds(-toMicroseconds(range.from));
  const to = range.to === undefined ? Infinity : floorMilliseconds(toMicroseconds(range.to));
  const finest = units[0];
  const start = finest ? ceil(from, finest) : from;
  const end = finest ? floor(to, finest) : to;
  if (start >= end) return { runs: [], core: undefined, ends: [range] };
  const core = {
    from: start === from && isWhole(range.from) ? range.from : toTimestamp(start),
    to: end === to && isWhole(range.to) ? range.to : toTimestamp(end),
  };
  const ends = [
    ...(range.from !== undefined && core.from !== undefined ? [{ from: range.from, to: core.from }] : []),
    ...(range.to !== undefined && core.to !== undefined ? [{ from: core.to, to: range.to }] : []),
  ].filter((one) => one.from < one.to);
  return { runs: cover(start, end, [...units].reverse()), core, ends };
}

/** Whether a time, which is written with six decimals, is a whole number of milliseconds. */
function isWhole(time: Timestamp | undefined): boolean {
  return time?.endsWith('000') ?? true;
}

/** @param units coarsest first; the stretch is made of whole buckets of the last one */
function cover(from: number, to: number, units: readonly Unit[]): Run[] {
  const [unit, ...finer] = units;
  if (unit === undefined || from >= to) return [];
  const start = ceil(from, unit);
  const end = floor(to, unit);
  if (start >= end) return cover(from, to, finer);
  return [{ unit, from: start, to: end }, ...cover(from, start, finer), ...cover(end, to, finer)];
}

function floor(time: number, unit: Unit): number {
  if (!Number.isFinite(time)) return time;
  const length = LENGTHS[unit];
  return length === undefined ? startOfMonth(time, 0) : Math.floor(time / length) * length;
}

function ceil(time: number, unit: Unit): number {
  const start = floor(time, unit);
  if (start === time) return time;
  const length = LENGTHS[unit];
  return length === undefined ? startOfMonth(time, 1) : start + length;
}

function startOfMonth(time: number, later: number): number {
  const date = new Date(time);
  date.setUTCHours(0, 0, 0, 0);
  return date.setUTCMonth(date.getUTCMonth() + later, 1);
}

/** In whole numbers: floating-point ones are some microseconds apart in far years. */
function floorMilliseconds(microseconds: bigint): number {
  return Number((microseconds - (((microseconds % 1000n) + 1000n) % 1000n)) / 1000n);
}

/** As PostgreSQL writes it; undefined for a time without an end. */
export function toTimestamp(time: number): Timestamp | undefined {
  return Number.isFinite(time) ? fromDate(new Date(time)) : undefined;
}

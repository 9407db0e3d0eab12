import type { Range } from '../call-logs/call-time-range.js';
import { fromMicroseconds, toMicroseconds } from '../database/timestamp.js';
import { Family, Slice } from './slice.js';

/** The slice of the same length just before this one; null where this one is not bounded in time. */
export function previousOf(slice: Slice): Slice | null {
  const { family, rangeIndex, keys, range } = slice;
  if (range.from === undefined || range.to === undefined) return null;
  const before = family.once('previous', () => {
    const ranges = family.ranges.map(shiftBack);
    return new Family(family.reader, family.selection, ranges, family.dimensions);
  });
  return new Slice(before, rangeIndex, keys);
}

/** Nothing was called before, and earlier years are not written with four digits. */
const EARLIEST = '0001-01-01 00:00:00.000000';
const YEAR_1 = toMicroseconds(EARLIEST);

function shiftBack({ from, to }: Range): Range {
  if (from === undefined || to === undefined) return {};
  const start = toMicroseconds(from);
  const before = start - (toMicroseconds(to) - start);
  return { from: before < YEAR_1 ? EARLIEST : fromMicroseconds(before), to: from };
}

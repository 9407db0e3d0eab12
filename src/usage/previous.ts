import type { Range } from '../call-logs/selection.js';
import { fromMicroseconds, toMicroseconds } from '../graphql/timestamp.js';
import { Family, Slice } from './slice.js';

/** The slice of the same length just before this one; null where this one is not bounded in time. */
export function previousOf(slice: Slice): Slice | null {
  const { family, rangeIndex, keys, range } = slice;
  if (range.from === undefined || range.to === undefined) return null;
  const before = family.once('previous', () => {
    const ranges = family.ranges.map(shiftBack);
    return new Family(family.sql, family.predicate, ranges, family.dimensions);
  });
  return new Slice(before, rangeIndex, keys);
}

function shiftBack({ from, to }: Range): Range {
  if (from === undefined || to === undefined) return {};
  const start = toMicroseconds(from);
  return { from: fromMicroseconds(start - (toMicroseconds(to) - start)), to: from };
}

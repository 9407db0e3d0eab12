import { badUserInput } from '../graphql/errors.js';
import type { Dimension, Key } from './rollups/dimensions.js';
import type { Split } from './select-largest.js';
import { Family, Slice, sliceId } from './slice.js';
import { readTotals } from './totals.js';
import { totalsIn } from './totals-columns.js';
import type { UsageOrder } from './usage-types.js';

const MAX_TOP = 1000;

/** One part of a slice: the calls that share a value of the dimension. */
export interface Part {
  key: Key;
  /** The name of the group, where the slice is split by group. */
  groupName: string | null;
  usage: Slice;
}

/**
 * Splits a slice by a dimension, largest parts first, ties by value; slices of one family that are split
 * alike cost one statement, which brings the totals of the parts along.
 *
 * @throws BAD_USER_INPUT when top is not from 1 to 1000, or an argument is null
 */
export async function splitBy(
  slice: Slice,
  by: Dimension,
  top: number | null,
  orderBy: UsageOrder | null,
): Promise<Part[]> {
  if (top === null || top < 1 || top > MAX_TOP) {
    throw badUserInput('top', `must be from 1 to ${MAX_TOP}, not ${top}.`);
  }
  if (orderBy === null)
    throw badUserInput('orderBy', 'must have a value; leave it out for TOKENS_USED_DESC.');
  const { family } = slice;
  const load = (slices: readonly Slice[]) => loadParts(slices, family, { by, top, orderBy });
  return family.loader(`by ${by} ${top} ${orderBy}`, load, ({ id }) => id).load(slice);
}

async function loadParts(slices: readonly Slice[], family: Family, split: Split): Promise<Part[][]> {
  const depth = family.dimensions.length;
  const rows = await readTotals({ figures: `by ${split.by}`, family, slices, split });
  rows.sort((one, other) => Number(one.row['rank']) - Number(other.row['rank']));

  const children = new Family(family.reader, family.selection, family.ranges, [
    ...family.dimensions,
    split.by,
  ]);
  const parts = new Map<string, Part[]>();
  for (const { rangeIndex, keys, row } of rows) {
    const parent = sliceId(rangeIndex, keys.slice(0, depth));
    const siblings = parts.get(parent) ?? [];
    siblings.push({
      key: keys[depth] ?? null,
      groupName: (row['groupName'] as string | null | undefined) ?? null,
      usage: new Slice(children, rangeIndex, keys, totalsIn(row)),
    });
    parts.set(parent, siblings);
  }
  return slices.map(({ id }) => parts.get(id) ?? []);
}

/** How many values there are of each bucket. */
export interface Histogram {
  /** Numbers of buckets, rising. */
  indexes: readonly number[];
  counts: readonly number[];
}

/** Values that have a bucket of their own. */
const EXACT = 128;

/** Buckets from one power of two to the next; twice as many as percent, so that the middle is within 1 % of any value. */
const PER_DOUBLING = 64;

/**
 * The middle of a bucket of whole numbers, as llm_usage_duration_index in the database numbers them: one for each
 * value below 128, then 64 from each power of two to the next, so that a value is at most 0.8 % away.
 */
export function middleOf(index: number): number {
  if (Math.abs(index) < EXACT) return index;
  const doublings = Math.floor(Math.abs(index) / PER_DOUBLING) - 1;
  const width = 2 ** doublings;
  const first = (Math.abs(index) - doublings * PER_DOUBLING) * width;
  return Math.sign(index) * (first + (width - 1) / 2);
}

/** The value that a share `p` of the values does not exceed, interpolated between neighbours; null of no values. */
export function percentileOf({ indexes, counts }: Histogram, p: number): number | null {
  const count = counts.reduce((sum, one) => sum + one, 0);
  if (count === 0) return null;
  const rank = p * (count - 1);
  const lower = valueAt(Math.floor(rank), indexes, counts);
  const upper = valueAt(Math.ceil(rank), indexes, counts);
  return lower + (upper - lower) * (rank - Math.floor(rank));
}

function valueAt(rank: number, indexes: readonly number[], counts: readonly number[]): number {
  let seen = 0;
  const at = counts.findIndex((count) => (seen += count) > rank);
  return middleOf(indexes[at] ?? indexes.at(-1) ?? 0);
}

import { UNITS, type DimensionSet } from './cube.js';
import { ALL_SLICE_COLUMNS, SLICE_COLUMNS } from './slices-sql.js';
import { SUM_COLUMNS } from './sums.js';

/** A value as it is kept, and as the calls have it. */
type Figure = readonly [kept: string, ofCalls: string];

/** A rollup that, with its deltas, is not what the calls of its bucket add up to; a row of the comparison's SQL. */
export interface Difference extends Record<string, unknown> {
  /** The number of its slice, where there is no slice of that number. */
  orphan: number | null;
  dimensions: DimensionSet | null;
  unit: number;
  bucket: string;
  /** How many buckets of its histogram are wrong. */
  wrong_durations: string;
  /** The first of them. */
  first_duration: readonly [number: string, ...Figure] | null;
}

/**
 * A line, such as `group, hour from 2024-05-01 10:00:00 UTC, status "success", group_id 3: calls is 4, should be 5`.
 */
export function describeDifference(difference: Difference): string {
  const place = [
    difference.dimensions ?? `slice ${difference.orphan}, which is not there`,
    `${UNITS[difference.unit - 1] ?? `unit ${difference.unit}`} from ${difference.bucket} UTC`,
    ...describeSlice(difference),
  ];
  const figures = [
    ...SUM_COLUMNS.flatMap((name) => describeFigure(name, difference[name] as Figure)),
    ...describeDurations(difference),
  ];
  return `${place.join(', ')}: ${figures.join('; ')}`;
}

function describeSlice(difference: Difference): string[] {
  const { dimensions } = difference;
  const counting = dimensions === null ? [] : (SLICE_COLUMNS[dimensions] as readonly string[] | undefined);
  return ALL_SLICE_COLUMNS.filter((name) => counting?.includes(name) ?? difference[name] !== null).map(
    (name) => `${name} ${JSON.stringify(difference[name])}`,
  );
}

function describeFigure(name: string, [kept, ofCalls]: Figure): string[] {
  return kept === ofCalls ? [] : [`${name} is ${kept}, should be ${ofCalls}`];
}

function describeDurations({ wrong_durations, first_duration }: Difference): string[] {
  if (first_duration === null) return [];
  const [number, kept, ofCalls] = first_duration;
  const others = Number(wrong_durations) - 1;
  return [
    `durations of bucket ${number} are ${kept}, should be ${ofCalls}${others > 0 ? ` (and ${others} more)` : ''}`,
  ];
}

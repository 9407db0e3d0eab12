import type { Dimension } from './dimensions.js';

/** Lengths of the buckets of rollups, finest first, all cut in UTC. */
export const UNITS = ['quarter hour', 'hour', 'four hours', 'day', 'month'] as const;

export type Unit = (typeof UNITS)[number];

/** How a unit is written in the column unit. */
export function unitCode(unit: Unit): number {
  return UNITS.indexOf(unit) + 1;
}

/** The sets of dimensions by which calls are added up; as written in the column dimensions. */
export const DIMENSION_SETS = ['status', 'group', 'model', 'all'] as const;

export type DimensionSet = (typeof DIMENSION_SETS)[number];

interface Member {
  dimensions: readonly Dimension[];
  /** Units that calls and tokens are added up by, finest first. */
  units: readonly Unit[];
  /** Those of them that have histograms of durations, too, finest first. */
  histograms: readonly Unit[];
}

/**
 * What is rolled up. By quarter hour and group there would be hardly fewer rollups than calls: so the more dimensions a
 * set has, the coarser is its finest unit. There are quarter hours because the offset of every time zone is a multiple
 * of 15 minutes, and four hours because local midnight is at the end of one in many zones, or near it.
 */
export const CUBE: Record<DimensionSet, Member> = {
  status: {
    dimensions: ['status'],
    units: ['quarter hour', 'hour', 'four hours', 'day', 'month'],
    histograms: ['hour', 'day', 'month'],
  },
  group: {
    dimensions: ['status', 'group'],
    units: ['hour', 'day', 'month'],
    histograms: ['day', 'month'],
  },
  model: {
    dimensions: ['status', 'model', 'config'],
    units: ['quarter hour', 'hour', 'four hours', 'day', 'month'],
    histograms: ['hour', 'day', 'month'],
  },
  all: {
    dimensions: ['status', 'group', 'model', 'config'],
    units: ['day', 'month'],
    histograms: [],
  },
};

/** The set with the fewest rows that has all these dimensions; undefined where none has. */
export function smallestSet(
  dimensions: Iterable<Dimension>,
  units: 'units' | 'histograms',
): DimensionSet | undefined {
  const wanted = [...dimensions];
  return DIMENSION_SETS.find(
    (set) => CUBE[set][units].length > 0 && wanted.every((one) => CUBE[set].dimensions.includes(one)),
  );
}

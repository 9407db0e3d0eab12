import type { QueryExecutorProvider } from 'kysely';
import type { CallerContext } from '../access/caller.js';
import type { DimensionSet, Unit } from './rollups/cube.js';

/** Where figures came from: one for each statement that an operation sent for usage. */
export interface UsageSource {
  /** Which figures, such as totals or byGroup. */
  figures: string;
  /** The set of dimensions of the rollups that were read; null where calls were read instead. */
  rollups: DimensionSet | null;
  /** The units of those rollups, finest first; without any, deltas and calls sufficed. */
  units: Unit[];
  /** Whether calls were read: all that the slices select, or those at the ends of their ranges. */
  calls: boolean;
}

/** Reads usage for one request, and says where it was found. */
export interface UsageReader {
  sql: QueryExecutorProvider;
  sources: UsageSource[];
}

/** For `once` of a request's context. */
export function usageReader({ sql }: CallerContext): UsageReader {
  return { sql, sources: [] };
}

import DataLoader from 'dataloader';
import { sql, type QueryExecutorProvider } from 'kysely';
import { ObjectType } from 'type-graphql';
import { MODEL, type Predicate } from '../call-logs/filter-operators.js';
import type { Range } from '../call-logs/call-time-range.js';
import type { CellSelection, Selection } from '../call-logs/selection.js';
import type { Totals } from './totals-columns.js';
import type { UsageSource } from './usage-source.js';

/** What a breakdown can split a slice by. */
export type Dimension = 'status' | 'group' | 'model' | 'config' | 'activationCode';

/** A value of a dimension as text, whatever the column's type is; null is a value of its own. */
export type Key = string | null;

/** How a dimension is written for calls and for the cells that they are rolled up in, where they are. */
interface DimensionColumns {
  calls: Predicate;
  cells: Predicate;
  type: 'text' | 'integer';
}

export const DIMENSIONS: Record<Dimension, DimensionColumns> = {
  status: { calls: sql`status`, cells: sql`status`, type: 'text' },
  group: { calls: sql`group_id`, cells: sql`group_id`, type: 'integer' },
  model: { calls: MODEL, cells: sql`model`, type: 'text' },
  config: { calls: sql`config_id`, cells: sql`config_id`, type: 'integer' },
  activationCode: { calls: sql`activation_code`, cells: sql`activation_code`, type: 'text' },
};

/** Reads usage for one request, and says where it was found. */
export interface UsageReader {
  sql: QueryExecutorProvider;
  sources: UsageSource[];
}

/**
 * Slices that one statement can answer for all at once: they share a predicate and differ only in the
 * stretch of time and in their keys on the same dimensions.
 */
export class Family {
  readonly #loaders = new Map<string, unknown>();

  constructor(
    readonly reader: UsageReader,
    readonly selection: Pick<Selection, 'predicate' | 'cells'>,
    /** The stretches of time of its slices; they may overlap. */
    readonly ranges: readonly Range[],
    readonly dimensions: readonly Dimension[],
  ) {}

  /** On calls of the log. */
  get predicate(): Predicate {
    return this.selection.predicate;
  }

  /** On what calls are rolled up in, where that can tell. */
  get cells(): CellSelection | undefined {
    return this.selection.cells();
  }

  /** The one loader of this family for `name`; slices that ask in the same tick share a statement. */
  loader<K, V>(
    name: string,
    load: (keys: readonly K[]) => Promise<V[]>,
    cacheKey: (key: K) => unknown = (key) => key,
  ): DataLoader<K, V, unknown> {
    let loader = this.#loaders.get(name) as DataLoader<K, V, unknown> | undefined;
    loader ??= new DataLoader<K, V, unknown>(load, { cacheKeyFn: cacheKey });
    this.#loaders.set(name, loader);
    return loader;
  }

  /** The one value of this family that `make` gives for `name`. */
  once<T>(name: string, make: () => T): T {
    const made = (this.#loaders.get(name) as T | undefined) ?? make();
    this.#loaders.set(name, made);
    return made;
  }
}

/** Some of the calls of the log: whatever a filter selects, narrowed by breakdowns and buckets. */
@ObjectType('Usage', {
  description:
    'A slice of the call log: whatever a filter selects. Slices nest, and each level costs one SQL statement, however many slices it has.',
})
export class Slice {
  constructor(
    readonly family: Family,
    /** Index of its stretch of time in the family's ranges. */
    readonly rangeIndex: number,
    /** Its value on each of the family's dimensions. */
    readonly keys: readonly Key[],
    /** Known where the statement that found the slice computed them along the way. */
    readonly totals?: Totals,
  ) {}

  get range(): Range {
    return this.family.ranges[this.rangeIndex] ?? {};
  }

  /** Equal for slices of one family that select the same calls. */
  get id(): string {
    return sliceId(this.rangeIndex, this.keys);
  }
}

export function sliceId(rangeIndex: number, keys: readonly Key[]): string {
  return JSON.stringify([rangeIndex, ...keys]);
}

import DataLoader from 'dataloader';
import { ObjectType } from 'type-graphql';
import type { Range } from '../call-logs/call-time-range.js';
import type { Predicate } from '../call-logs/filter-operators.js';
import type { CellSelection, Selection } from '../call-logs/selection.js';
import { fromMicroseconds, toMicroseconds } from '../database/timestamp.js';
import type { Dimension, Key } from './rollups/dimensions.js';
import type { Totals } from './totals-columns.js';
import type { UsageReader } from './usage-reader.js';

/**
 * Slices that one statement can answer for all at once: they share a predicate and differ only in the
 * stretch of time and in their keys on the same dimensions.
 */
export class Family {
  readonly #loaders = new Map<string, unknown>();
  #previous?: Family;

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

  /** The same slices, each moved back by its own length; one family, so that they share statements, too. */
  get previous(): Family {
    return (this.#previous ??= new Family(
      this.reader,
      this.selection,
      this.ranges.map(shiftBack),
      this.dimensions,
    ));
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
    /** Known where the statement that found the slice gave them, too. */
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

/** The slice of the same length just before this one; null where this one is not bounded in time. */
export function previousOf({ family, rangeIndex, keys, range }: Slice): Slice | null {
  const isBounded = range.from !== undefined && range.to !== undefined;
  return isBounded ? new Slice(family.previous, rangeIndex, keys) : null;
}

/** No call is older, and years before it cannot be written with four digits. */
const EARLIEST = '0001-01-01 00:00:00.000000';
const YEAR_1 = toMicroseconds(EARLIEST);

function shiftBack({ from, to }: Range): Range {
  if (from === undefined || to === undefined) return {};
  const start = toMicroseconds(from);
  const before = start - (toMicroseconds(to) - start);
  return { from: before < YEAR_1 ? EARLIEST : fromMicroseconds(before), to: from };
}

import { sql, type RawBuilder } from 'kysely';
import type { CellField, CellSelection } from '../call-logs/selection.js';
import { smallestSet, UNITS, type DimensionSet } from './rollups/cube.js';
import { planRead, type RollupRead } from './rollups/read-rollups.js';
import { runScan, type ScanRow } from './scan.js';
import type { Dimension, Family, Slice } from './slice.js';

type Statement = RawBuilder<Record<string, unknown>>;

/** What to read, from rollups or from calls. */
export interface UsageRead {
  /** Names the figures, for whoever asks where they came from. */
  figures: string;
  family: Family;
  slices: readonly Slice[];
  /** A dimension by which the slices are split further. */
  by?: Dimension;
  /** Which units of the rollups have it. */
  kind: 'units' | 'histograms';
  fromRollups: (read: RollupRead, cells: CellSelection) => Statement;
  fromCalls: () => Statement;
}

const DIMENSION_OF: Record<CellField, Dimension> = {
  status: 'status',
  groupId: 'group',
  configId: 'config',
  model: 'model',
};

/** The smallest set of rollups that can tell slices like these apart; undefined where none can. */
export function rollupSet(
  { cells, dimensions }: Family,
  by: Dimension | undefined,
  kind: 'units' | 'histograms',
): DimensionSet | undefined {
  if (!cells) return undefined;
  const asked = cells.fields.map((field) => DIMENSION_OF[field]);
  return smallestSet([...asked, ...dimensions, ...(by ? [by] : [])], kind);
}

/**
 * Reads figures from the cheapest source that has them exactly: rollups, as soon as they are complete, else the calls.
 *
 * @param mayRollUp false where calls are to be read, whatever rollups there are
 *
 * Whether they are complete is part of the statement that reads them: nobody can have emptied them in between.
 */
export async function readUsage(read: UsageRead, mayRollUp = true): Promise<ScanRow[]> {
  const { figures, family, slices, by, kind } = read;
  const depth = family.dimensions.length + (by ? 1 : 0);
  const set = mayRollUp ? rollupSet(family, by, kind) : undefined;
  const cells = set && family.cells;
  if (set && cells) {
    const plan = planRead(family, slices, set, kind);
    const statement = sql<Record<string, unknown>>`
      SELECT state.complete AS "complete", figures.*
      FROM llm_usage_state AS state LEFT JOIN (${read.fromRollups(plan, cells)}) AS figures ON state.complete`;
    const rows = await runScan(family, statement, depth);
    if (rows[0]?.row['complete'] === true) {
      const used = new Set(plan.covers.flatMap(({ runs }) => runs.map(({ unit }) => unit)));
      const units = UNITS.filter((unit) => used.has(unit));
      const calls = plan.covers.some(({ ends }) => ends.length > 0);
      family.reader.sources.push({ figures, rollups: set, units, calls });
      return rows.filter(({ row }) => row['rangeIndex'] !== null);
    }
  }
  family.reader.sources.push({ figures, rollups: null, units: [], calls: true });
  return runScan(family, read.fromCalls(), depth);
}

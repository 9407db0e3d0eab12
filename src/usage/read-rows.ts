import { sql, type RawBuilder } from 'kysely';
import { dimensionsOf, type AskedSlices } from './keys.js';
import { UNITS } from './rollups/cube.js';
import type { Key } from './rollups/dimensions.js';
import type { RollupPlan } from './select-from-rollups.js';
import { sliceId } from './slice.js';

type Statement = RawBuilder<Record<string, unknown>>;

/** A row of an answer, and the slice or the part of one that it is about. */
export interface SliceRow {
  rangeIndex: number;
  keys: Key[];
  row: Record<string, unknown>;
}

/**
 * Runs a statement on rollups. Whether they are complete is part of it: nobody can have emptied them in between.
 *
 * @param figures names what it gives, for whoever asks where that came from
 * @returns undefined where they are not complete, so that the calls are to be read
 */
export async function readRollups(
  asked: AskedSlices,
  figures: string,
  { set, covers }: RollupPlan,
  statement: Statement,
): Promise<SliceRow[] | undefined> {
  const rows = await readRows(
    asked,
    sql`
      SELECT state.complete AS "complete", figures.*
      FROM llm_usage_state AS state LEFT JOIN (${statement}) AS figures ON state.complete`,
  );
  if (rows[0]?.row['complete'] !== true) return undefined;
  const used = new Set(covers.flatMap(({ runs }) => runs.map(({ unit }) => unit)));
  const units = UNITS.filter((unit) => used.has(unit));
  const calls = covers.some(({ ends }) => ends.length > 0);
  asked.family.reader.sources.push({ figures, rollups: set, units, calls });
  return rows.filter(({ row }) => row['rangeIndex'] !== null);
}

/** Runs a statement on calls. */
export async function readCalls(
  asked: AskedSlices,
  figures: string,
  statement: Statement,
): Promise<SliceRow[]> {
  asked.family.reader.sources.push({ figures, rollups: null, units: [], calls: true });
  return readRows(asked, statement);
}

/** Runs a statement that gives rangeIndex, key0, key1 and so on. */
export async function readRows(asked: AskedSlices, statement: Statement): Promise<SliceRow[]> {
  const { rows } = await statement.execute(asked.family.reader.sql);
  const dimensions = dimensionsOf(asked);
  return rows.map((row) => ({
    rangeIndex: Number(row['rangeIndex']),
    keys: dimensions.map((_, index) => {
      const key = row[`key${index}`] as string | number | null;
      return key === null ? null : String(key);
    }),
    row,
  }));
}

/** The rows by the slices that they are about. */
export function bySlice(rows: SliceRow[]): Map<string, Record<string, unknown>> {
  return new Map(rows.map(({ rangeIndex, keys, row }) => [sliceId(rangeIndex, keys), row]));
}

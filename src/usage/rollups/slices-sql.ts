import { CUBE, DIMENSION_SETS, type DimensionSet } from './cube.js';
import { DIMENSIONS } from './dimensions.js';

/** The columns of llm_usage_slices that a set of dimensions fills. */
export const SLICE_COLUMNS: Record<DimensionSet, readonly string[]> = {
  status: columnsOf('status'),
  group: columnsOf('group'),
  model: columnsOf('model'),
  all: columnsOf('all'),
};

/** All columns that any set fills: what a call has of them is its combination. */
export const ALL_SLICE_COLUMNS = SLICE_COLUMNS.all;

/** What makes out a slice: its set of dimensions, and the columns, of which those that the set has not are null. */
export const SLICE = ['dimensions', ...ALL_SLICE_COLUMNS];

/** A row as one value that equals another's where both are null, too. */
export function valueOf(table: string, columns: readonly string[]): string {
  return `ROW(${columns.map((column) => `${table}.${column}`).join(', ')})::text`;
}

/** The common table expression `wanted`: the slices of each combination in a table, one for each set. */
export function wantedSlices(table: string): string {
  const combinations = `(SELECT DISTINCT ${ALL_SLICE_COLUMNS.join(', ')} FROM ${table}) AS combinations`;
  const ofSets = DIMENSION_SETS.map(
    (set) => `SELECT combination, '${set}' AS dimensions, ${valuesOf(set)} FROM combinations`,
  );
  return `combinations AS MATERIALIZED (
      SELECT ${valueOf('combinations', ALL_SLICE_COLUMNS)} AS combination, * FROM ${combinations}
    ),
    wanted AS MATERIALIZED (${ofSets.join(' UNION ALL ')})`;
}

function columnsOf(set: DimensionSet): string[] {
  return CUBE[set].dimensions.map((dimension) => DIMENSIONS[dimension].column);
}

/** All columns, null where the set does not fill them. */
function valuesOf(set: DimensionSet): string {
  const values = CUBE.all.dimensions.map((dimension) => {
    const { column, type } = DIMENSIONS[dimension];
    return SLICE_COLUMNS[set].includes(column) ? column : `NULL::${type} AS ${column}`;
  });
  return values.join(', ');
}

/**
 * A query for the numbers of the slices of each wanted combination, side by side: status_slice and so on, for a number
 * called slice. One join for all sets: PostgreSQL cannot know how many slices a set has, and one that it took for small
 * would be gone through for every combination.
 *
 * @param slices where the numbers are, for every slice that is wanted
 */
export function slicesOfCombinations(slices: string, number: string): string {
  const numbers = DIMENSION_SETS.map(
    (set) => `max(${number}) FILTER (WHERE wanted.dimensions = '${set}') AS ${set}_${number}`,
  );
  return `SELECT combination, ${numbers.join(', ')}
      FROM wanted JOIN ${slices} ON ${valueOf('wanted', SLICE)} = ${valueOf(slices, SLICE)}
      GROUP BY combination`;
}

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

/** The columns that identify a slice: its set of dimensions, and all columns, null where the set does not fill them. */
export const SLICE = ['dimensions', ...ALL_SLICE_COLUMNS];

/** Columns as one value, in which null equals null. */
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
 * A query for the ids of the slices of each wanted combination, one column for each set: status_slice and so on, for
 * ids called slice. One join serves all sets: PostgreSQL cannot know how many slices a set has, and would scan a set
 * that it takes for small once for every combination.
 *
 * @param slices the table that has an id for every slice that is wanted
 */
export function slicesOfCombinations(slices: string, number: string): string {
  const numbers = DIMENSION_SETS.map(
    (set) => `max(${number}) FILTER (WHERE wanted.dimensions = '${set}') AS ${set}_${number}`,
  );
  return `SELECT combination, ${numbers.join(', ')}
      FROM wanted JOIN ${slices} ON ${valueOf('wanted', SLICE)} = ${valueOf(slices, SLICE)}
      GROUP BY combination`;
}

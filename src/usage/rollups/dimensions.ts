import { sql } from 'kysely';
import { MODEL, type Predicate } from '../../call-logs/filter-operators.js';
import type { CellField } from '../../call-logs/selection.js';

/** What tells calls apart: a breakdown splits a slice by one dimension, and rollups add calls up by some of them. */
export type Dimension = 'status' | 'group' | 'model' | 'config' | 'activationCode';

/** A value of a dimension as text, whatever the column's type is; null is a value of its own. */
export type Key = string | null;

/** How a dimension is written in SQL. */
interface DimensionColumns {
  /** Its column in cells: the rollups' slices and the deltas, where they have it. */
  column: string;
  type: 'text' | 'integer';
  /** Its value for a row of llm_call_logs. */
  calls: Predicate;
  /** Its value for a cell. */
  cells: Predicate;
}

export const DIMENSIONS: Record<Dimension, DimensionColumns> = {
  status: dimension('status', 'text'),
  group: dimension('group_id', 'integer'),
  model: dimension('model', 'text', MODEL),
  config: dimension('config_id', 'integer'),
  activationCode: dimension('activation_code', 'text'),
};

/** The dimension that a field of a filter is about. */
export const DIMENSION_OF_FIELD: Record<CellField, Dimension> = {
  status: 'status',
  groupId: 'group',
  configId: 'config',
  model: 'model',
};

function dimension(column: string, type: 'text' | 'integer', calls = sql.raw(column)): DimensionColumns {
  return { column, type, calls, cells: sql.raw(column) };
}

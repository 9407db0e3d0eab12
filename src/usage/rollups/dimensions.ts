import { sql } from 'kysely';
import {
  CALL_LOG_COLUMNS,
  CALL_LOG_FIELDS,
  TYPE_OF_KIND,
  type FieldWith,
} from '../../call-logs/call-log-columns.js';
import type { Predicate } from '../../call-logs/filter-operators.js';
import type { CellField } from '../../call-logs/selection.js';

/** What tells calls apart: a breakdown splits a slice by one dimension, and rollups add calls up by some of them. */
export type Dimension = (typeof CALL_LOG_COLUMNS)[FieldWith<{ dimension: string }>]['dimension'];

/** A value of a dimension as text, whatever the column's type is; null is a value of its own. */
export type Key = string | null;

/** How a dimension is written in SQL. */
interface DimensionColumns {
  /** Its column in cells: the rollups' slices and the deltas, where they have it. */
  column: string;
  type: string;
  /** Its value for a row of llm_call_logs. */
  calls: Predicate;
  /** Its value for a cell. */
  cells: Predicate;
}

export const DIMENSIONS = Object.fromEntries(
  CALL_LOG_FIELDS.flatMap(({ dimension, kind, sql: calls, cell: column = calls }) => {
    if (dimension === undefined) return [];
    const columns = { column, type: TYPE_OF_KIND[kind], calls: sql.raw(calls), cells: sql.raw(column) };
    return [[dimension, columns]];
  }),
) as Record<Dimension, DimensionColumns>;

/** The dimension that a field of a filter is about. */
export function dimensionOf(field: CellField): Dimension {
  return CALL_LOG_COLUMNS[field].dimension;
}

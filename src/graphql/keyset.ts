import { sql, type RawBuilder } from 'kysely';

/** Order of a list: by a value, ties by id in the same direction, rows with no value last. */
export interface KeysetOrder {
  /** Tells cursors of this order from those of others. */
  name: string;
  /** Expression of the value, its PostgreSQL type, and the property of a row that holds it. */
  value: RawBuilder<unknown>;
  property: string;
  type: 'timestamp' | 'integer' | 'text';
  descending: boolean;
  nullable: boolean;
}

/** Where a row stands in an order. */
export interface Position {
  value: string | null;
  id: string;
}

/** Selects the rows that come after a position in the order, or before it; `orAt` adds the row that stands there. */
export function beyond(
  { value, type, descending, nullable }: KeysetOrder,
  side: 'after' | 'before',
  position: Position,
  orAt = false,
): RawBuilder<unknown> {
  const compare = sql.raw((descending === (side === 'after') ? '<' : '>') + (orAt ? '=' : ''));
  const id = sql`${position.id}::bigint`;
  if (position.value === null) {
    const amongNulls = sql`(${value} IS NULL AND id ${compare} ${id})`;
    return side === 'after' ? amongNulls : sql`(${value} IS NOT NULL OR ${amongNulls})`;
  }
  const among = sql`(${value}, id) ${compare} (${position.value}::${sql.raw(type)}, ${id})`;
  return nullable && side === 'after' ? sql`(${among} OR ${value} IS NULL)` : among;
}

/** Values that rows lie between, both included; a side that is left out is open. */
export interface Bounds {
  from?: string;
  to?: string;
}

/** Between which values all rows lie that {@link beyond} selects. */
export function boundsBeyond(
  { descending, nullable }: KeysetOrder,
  side: 'after' | 'before',
  { value }: Position,
): Bounds {
  if (nullable || value === null) return {};
  return descending === (side === 'after') ? { to: value } : { from: value };
}

/** What follows ORDER BY, read from the beginning of the list or from its end. */
export function orderBy(
  { value, descending, nullable }: KeysetOrder,
  backward: boolean,
): RawBuilder<unknown> {
  const direction = sql.raw(descending === backward ? 'ASC' : 'DESC');
  // Left away where nothing is null: an index serves an order only when it says the same of nulls.
  const nulls = sql.raw(nullable ? (backward ? 'NULLS FIRST' : 'NULLS LAST') : '');
  return sql`${value} ${direction} ${nulls}, id ${direction}`;
}

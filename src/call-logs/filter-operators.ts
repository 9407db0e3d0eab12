import { sql, type RawBuilder } from 'kysely';
import { storableText } from '../database/storable-text.js';
import { badUserInput } from '../graphql/errors.js';
import { parseId } from '../graphql/ids.js';
import { CALL_LOG_FIELDS, type FieldWith } from './call-log-columns.js';
import type { CallStatusFilter, IdFilter, IntFilter, StringFilter } from './filter-input.js';

/** A piece of SQL that is true, false or null for a row of llm_call_logs. */
export type Predicate = RawBuilder<unknown>;

type Operators = Partial<IdFilter & Omit<IntFilter, 'eq' | 'ne' | 'in'>> &
  Partial<Omit<StringFilter, keyof IdFilter>>;

/** How values of a kind are compared. */
export interface Comparison {
  type: 'bigint' | 'integer' | 'text';
  /** Brings one given value into the form that the column is compared with. */
  read: (value: unknown, path: string) => unknown;
}

const ID: Comparison = { type: 'bigint', read: (value, path) => parseId(String(value), path) };
const INTEGER: Comparison = { type: 'integer', read: (value) => value };
const TEXT: Comparison = { type: 'text', read: (value) => storableText(String(value)) };

/** Kinds whose filter field takes operators: an IdFilter, IntFilter, StringFilter or CallStatusFilter. */
const COMPARISONS = { id64: ID, id32: ID, count: INTEGER, text: TEXT, status: TEXT };

/** A field of CallLogFilter that takes operators. */
export type ComparedField = FieldWith<{ filtered: true; kind: keyof typeof COMPARISONS }>;

/** A value of rows as a filter field sees it. */
export interface FilteredColumn {
  expression: Predicate;
  comparison: Comparison;
}

/** What each filter field that takes operators compares. */
export const FILTERED_COLUMNS = filteredColumns((column) => column.sql) as Record<
  ComparedField,
  FilteredColumn
>;

/** @param expressionOf SQL of a value in rows of some kind; undefined where they lack it */
export function filteredColumns(
  expressionOf: (column: (typeof CALL_LOG_FIELDS)[number]) => string | undefined,
): Partial<Record<ComparedField, FilteredColumn>> {
  const entries = CALL_LOG_FIELDS.flatMap((column) => {
    const expression = expressionOf(column);
    if (column.filtered === undefined || expression === undefined || !(column.kind in COMPARISONS)) return [];
    const comparison = COMPARISONS[column.kind as keyof typeof COMPARISONS];
    return [[column.field, { expression: sql.raw(expression), comparison }] as const];
  });
  return Object.fromEntries(entries);
}

/**
 * The conditions of one operator object.
 *
 * @param path of the object, such as `filter.tokensUsed`
 * @throws BAD_USER_INPUT when it is null or empty, or one of its values is
 */
export function compileOperators(
  { expression, comparison }: FilteredColumn,
  operators: IdFilter | IntFilter | StringFilter | CallStatusFilter | null,
  path: string,
): Predicate[] {
  const given = Object.entries(operators ?? {}).filter(([, value]) => value !== undefined);
  if (given.length === 0) {
    throw badUserInput(path, `must name a condition, such as { eq: … }; leave ${path} out to select all.`);
  }
  return given.map(([operator, value]) => {
    const at = `${path}.${operator}`;
    if (value === null) {
      throw badUserInput(at, 'must have a value; to select calls without one, use isNull: true.');
    }
    const one = () => sql`${comparison.read(value, at)}::${sql.raw(comparison.type)}`;
    const many = () => {
      const values = (value as unknown[]).map((item, index) => comparison.read(item, `${at}[${index}]`));
      return sql`${values}::${sql.raw(comparison.type)}[]`;
    };
    switch (operator as keyof Operators) {
      case 'eq':
        return sql`${expression} = ${one()}`;
      case 'ne':
        return sql`${expression} IS DISTINCT FROM ${one()}`;
      case 'in':
        return sql`${expression} = ANY(${many()})`;
      case 'notIn':
        return sql`(${expression} IS NULL OR ${expression} <> ALL(${many()}))`;
      case 'gt':
        return sql`${expression} > ${one()}`;
      case 'gte':
        return sql`${expression} >= ${one()}`;
      case 'lt':
        return sql`${expression} < ${one()}`;
      case 'lte':
        return sql`${expression} <= ${one()}`;
      case 'startsWith':
        return sql`starts_with(${expression}, ${one()})`;
      case 'contains':
        return sql`strpos(${expression}, ${one()}) > 0`;
      case 'isNull':
        return value === true ? sql`${expression} IS NULL` : sql`${expression} IS NOT NULL`;
    }
  });
}

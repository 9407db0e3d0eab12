import { sql, type RawBuilder } from 'kysely';
import { badUserInput } from '../graphql/errors.js';
import { parseId } from '../graphql/ids.js';
import { MODEL_EXPRESSION } from './call-log.js';
import type { CallStatusFilter, IdFilter, IntFilter, StringFilter } from './filter-input.js';
import { storableText } from '../database/storable-text.js';

/** A piece of SQL that is true, false or null for a row of llm_call_logs. */
export type Predicate = RawBuilder<unknown>;

type Operators = Partial<IdFilter & Omit<IntFilter, 'eq' | 'ne' | 'in'>> &
  Partial<Omit<StringFilter, keyof IdFilter>>;

interface ColumnKind {
  type: 'bigint' | 'integer' | 'text';
  /** Brings one given value into the form that the column is compared with. */
  read: (value: unknown, path: string) => unknown;
}

const ID: ColumnKind = { type: 'bigint', read: (value, path) => parseId(String(value), path) };
const INTEGER: ColumnKind = { type: 'integer', read: (value) => value };
const TEXT: ColumnKind = { type: 'text', read: (value) => storableText(String(value)) };

/** A column of llm_call_logs as a filter field sees it. */
export interface FilteredColumn {
  expression: Predicate;
  kind: ColumnKind;
}

const column = (expression: Predicate, kind: ColumnKind): FilteredColumn => ({ expression, kind });

/** The model of a call; spelled as in the index on it. */
export const MODEL = sql.raw(MODEL_EXPRESSION);

/** What each filter field that takes operators compares. */
export const FILTERED_COLUMNS = {
  id: column(sql`id`, ID),
  status: column(sql`status`, TEXT),
  groupId: column(sql`group_id`, ID),
  configId: column(sql`config_id`, ID),
  templateId: column(sql`template_id`, ID),
  activationCode: column(sql`activation_code`, TEXT),
  model: column(MODEL, TEXT),
  errorMessage: column(sql`error_message`, TEXT),
  tokensUsed: column(sql`tokens_used`, INTEGER),
  promptTokens: column(sql`prompt_tokens`, INTEGER),
  completionTokens: column(sql`completion_tokens`, INTEGER),
  durationMs: column(sql`duration_ms`, INTEGER),
};

/**
 * The conditions of one operator object.
 *
 * @param path of the object, such as `filter.tokensUsed`
 * @throws BAD_USER_INPUT when it is null or empty, or one of its values is
 */
export function compileOperators(
  { expression, kind }: FilteredColumn,
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
      throw badUserInput(at, 'must have a value; rows without one are asked for with isNull: true.');
    }
    const one = () => sql`${kind.read(value, at)}::${sql.raw(kind.type)}`;
    const many = () => {
      const values = (value as unknown[]).map((item, index) => kind.read(item, `${at}[${index}]`));
      return sql`${values}::${sql.raw(kind.type)}[]`;
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

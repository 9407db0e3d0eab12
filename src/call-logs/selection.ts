import { sql } from 'kysely';
import { badUserInput } from '../graphql/errors.js';
import type { Bounds } from '../graphql/keyset.js';
import { TEXT_EXPRESSION } from './call-log.js';
import type { FieldWith } from './call-log-columns.js';
import { callsWithin, IS_CALL, overlap, parseRange, withinRange, type Range } from './call-time-range.js';
import type { CallLogFilter } from './filter-input.js';
import { refuseLongFilter } from './filter-size.js';
import {
  compileOperators,
  filteredColumns,
  FILTERED_COLUMNS,
  type ComparedField,
  type Predicate,
} from './filter-operators.js';
import { storableJson, storableText } from '../database/storable-text.js';

/** The calls that a filter selects and that its caller may see: what list, count and usage all read. */
export interface Selection {
  /** That a row is a call, and every condition but those on time. */
  predicate: Predicate;
  /** Every condition but those on time. */
  nonTimeConditions: Predicate[];
  /** Whether no condition is on anything but time and what {@link CellSelection} has. */
  isPlain: boolean;
  /** Where the filter's callTime conditions overlap. */
  range: Range;
  /** The same conditions on rows that stand for many calls; undefined where it takes single calls to tell. */
  cells: () => CellSelection | undefined;
}

/** Conditions that concern nothing but status, group_id, model and config_id, columns of those names. */
export interface CellSelection {
  predicate: Predicate;
  fields: readonly CellField[];
}

/** A filter field whose value cells have, too. */
export type CellField = ComparedField & FieldWith<{ cell: string }>;

/** Levels of and, or and not; a person writes a few, and a program that writes many is out of control. */
const MAX_DEPTH = 32;

const TEXT = sql.raw(TEXT_EXPRESSION);

const CELL_COLUMNS = filteredColumns((column) => column.cell);

/**
 * Compiles a filter.
 *
 * @param groupIds the only groups that the caller may see; null for all
 * @throws BAD_USER_INPUT that names the condition and what would be right
 */
export function selectCalls(
  filter: CallLogFilter | null | undefined,
  groupIds: readonly string[] | null,
): Selection {
  const visible = groupIds ? [sql`group_id = ANY(${groupIds}::bigint[])`] : [];
  refuseLongFilter(filter ?? {});
  const { conditions, range } = compile(filter ?? {}, 'filter', 0, FILTERED_COLUMNS);
  const nonTimeConditions = [...visible, ...conditions];
  const fields = askedFields(filter ?? {}, true);
  const isPlain = fields.every(isCellField);
  const cells = () => (isPlain ? selectCells(filter ?? {}, fields, visible) : undefined);
  return { predicate: allOf([IS_CALL, ...nonTimeConditions]), nonTimeConditions, isPlain, range, cells };
}

/** @param visible conditions on the groups that the caller may see */
function selectCells(filter: CallLogFilter, fields: CellField[], visible: Predicate[]): CellSelection {
  const { conditions } = compile(filter, 'filter', 0, { ...FILTERED_COLUMNS, ...CELL_COLUMNS });
  return {
    predicate: allOf([sql`true`, ...visible, ...conditions]),
    fields: [...fields, ...(visible.length > 0 ? (['groupId'] as const) : [])],
  };
}

/** The fields that conditions are on, besides those on callTime that only narrow the range. */
function askedFields(filter: CallLogFilter, narrows: boolean): string[] {
  return Object.entries(filter).flatMap(([field, given]: [string, unknown]) => {
    if (given === undefined || (field === 'callTime' && narrows)) return [];
    if (field === 'not') return askedFields(given as CallLogFilter, false);
    if (field !== 'and' && field !== 'or') return [field];
    return (given as CallLogFilter[]).flatMap((part) => askedFields(part, narrows && field === 'and'));
  });
}

function isCellField(field: string): field is CellField {
  return field in CELL_COLUMNS;
}

/**
 * The whole condition of a selection, time included, with further conditions.
 *
 * @param known between which times those leave calls, both included
 */
export function whereSelected(
  { nonTimeConditions, range }: Selection,
  further: Predicate[],
  known: Bounds = {},
): Predicate {
  return allOf([...callsWithin(range, known), ...nonTimeConditions, ...further]);
}

/** A selection is narrowed by further conditions, which must hold too. */
export function narrow(
  { predicate, nonTimeConditions, isPlain, range }: Selection,
  ...conditions: Predicate[]
): Selection {
  return {
    predicate: allOf([predicate, ...conditions]),
    nonTimeConditions: [...nonTimeConditions, ...conditions],
    isPlain,
    range,
    cells: () => undefined,
  };
}

export function allOf(conditions: Predicate[]): Predicate {
  return sql`(${sql.join(conditions, sql` AND `)})`;
}

type Columns = typeof FILTERED_COLUMNS;

interface Compiled {
  conditions: Predicate[];
  range: Range;
}

function compile(filter: CallLogFilter, at: string, depth: number, columns: Columns): Compiled {
  if (depth > MAX_DEPTH) throw badUserInput(at, `is nested more than ${MAX_DEPTH} levels deep.`);
  const { and, or, not, callTime, text, requestParams, ...operators } = filter;
  const conditions = (Object.keys(operators) as (keyof typeof operators)[]).flatMap((field) => {
    const given = operators[field];
    return given === undefined ? [] : compileOperators(columns[field], given, `${at}.${field}`);
  });
  if (text !== undefined) conditions.push(containsText(text, `${at}.text`));
  if (requestParams !== undefined) conditions.push(containsParams(requestParams, `${at}.requestParams`));
  if (or !== undefined) {
    const parts = listOf(or, `${at}.or`).map((part, index) =>
      asPredicate(part, `${at}.or[${index}]`, depth + 1, columns),
    );
    conditions.push(sql`(${sql.join(parts, sql` OR `)})`);
  }
  // IS NOT TRUE and not NOT: a row that lacks the value asked for does not match, so it is kept.
  if (not !== undefined)
    conditions.push(sql`${asPredicate(not, `${at}.not`, depth + 1, columns)} IS NOT TRUE`);
  let range = callTime === undefined ? {} : parseRange(callTime, `${at}.callTime`);
  if (and !== undefined) {
    for (const [index, part] of listOf(and, `${at}.and`).entries()) {
      const compiled = compile(
        nested(part, `${at}.and[${index}]`),
        `${at}.and[${index}]`,
        depth + 1,
        columns,
      );
      conditions.push(...compiled.conditions);
      range = overlap(range, compiled.range);
    }
  }
  return { conditions, range };
}

function asPredicate(filter: CallLogFilter | null, at: string, depth: number, columns: Columns): Predicate {
  const { conditions, range } = compile(nested(filter, at), at, depth, columns);
  return allOf([...conditions, ...withinRange(range)]);
}

function containsText(text: string | null, at: string): Predicate {
  if (text === null) throw badUserInput(at, 'must be a text; leave it out to select all.');
  const pattern = storableText(text).replace(/[\\%_]/g, '\\$&');
  return sql`${TEXT} ILIKE ${`%${pattern}%`}`;
}

function containsParams(params: unknown, at: string): Predicate {
  if (params === null || typeof params !== 'object' || Array.isArray(params)) {
    throw badUserInput(at, 'must be a JSON object, such as { model: "gpt-4o" }.');
  }
  try {
    return sql`request_params @> ${storableJson(params)}::jsonb`;
  } catch (error) {
    throw badUserInput(at, (error as RangeError).message);
  }
}

function listOf(filters: CallLogFilter[] | null, at: string): CallLogFilter[] {
  if (!filters?.length) throw badUserInput(at, 'must be a list of at least one filter.');
  return filters;
}

function nested(filter: CallLogFilter | null, at: string): CallLogFilter {
  if (!filter || Object.values(filter).every((value) => value === undefined)) {
    throw badUserInput(at, 'must name at least one field.');
  }
  return filter;
}

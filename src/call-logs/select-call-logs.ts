import { sql, type RawBuilder } from 'kysely';
import { asBytes } from '../database/byte-client.js';
import type { Selected, SelectedObject } from '../graphql/answer/selected-fields.js';
import { memo } from '../graphql/memo.js';
import { BODY_FIELDS, CALL_LOG_FIELDS } from './call-log-columns.js';
import { printedCall } from './printed-call.js';

/** By field of a call, what holds its value. */
const VALUES: ReadonlyMap<string, string> = new Map(CALL_LOG_FIELDS.map(({ field, sql }) => [field, sql]));

/** Their values are read as the bytes of their text, to go into answers as they are. */
const JSON_FIELDS: ReadonlySet<string> = new Set(
  CALL_LOG_FIELDS.filter(({ kind }) => kind === 'json').map(({ field }) => field),
);

/** Keeps the order of the calls, and their columns' names for themselves. */
const WITH_GROUPS = `LEFT JOIN (SELECT id AS group_key, name AS "groupName" FROM groups) AS their_groups ON group_key = group_id`;

/** By field of the group of a call, what holds its value. */
const GROUP_VALUES: ReadonlyMap<string, string> = new Map([
  ['id', 'group_key'],
  ['name', '"groupName"'],
]);

/** Makes a SELECT of calls, of what follows WHERE. */
export type Select = (where: RawBuilder<unknown>) => RawBuilder<unknown>;

/**
 * The SELECTs of what one place of an operation selects of calls. All tell the id of each call, and what its list is
 * ordered by.
 */
export interface CallLogSelects {
  /** The values that serve the fields: a body can be megabytes, and is read only when it is asked for. */
  values: (orderedBy: string) => Select;
  /**
   * One column, `printed`, of two lines for each call: where it stands in its list, which is its id and what orders the
   * list, and the call as the answer is to hold it. Calls without bodies come together in one row, others each in one,
   * as all of them may be more than a text can hold. Null where a call cannot be printed. Undefined where something is
   * selected that only a resolver can tell.
   */
  printed: (orderedBy: string) => Select | undefined;
}

/** Those of an operation, made once: one that comes again selects the same. */
export const selectsOf = memo((selected: Selected): CallLogSelects => ({
  values: byOrder((orderedBy) => selectValues(selected, orderedBy)),
  printed: byOrder((orderedBy) => selected.onlyPlace && selectPrinted(selected.onlyPlace, orderedBy)),
}));

function byOrder<T>(make: (orderedBy: string) => T): (orderedBy: string) => T {
  const made = new Map<string, T>();
  return (orderedBy) => {
    if (!made.has(orderedBy)) made.set(orderedBy, make(orderedBy));
    return made.get(orderedBy) as T;
  };
}

function selectValues({ fields }: Selected, orderedBy: string): Select {
  const wanted = new Set(['id', orderedBy, ...fields]);
  if (wanted.has('group')) wanted.add('groupId');
  const columns = [...wanted].flatMap((field) => {
    const value = field === 'group' ? GROUP_VALUES.get('name') : VALUES.get(field);
    if (value === undefined) return [];
    if (JSON_FIELDS.has(field)) return [`${asBytes(value)} AS "${field}"`];
    return [`${value} AS "${field === 'group' ? 'groupName' : field}"`];
  });
  return selectFrom(columns, fields.has('group'));
}

function selectPrinted(selected: SelectedObject, orderedBy: string): Select | undefined {
  // As few values as can be: to make objects of rows is what a page costs most by.
  const position = ['id', `coalesce(' ' || ${VALUES.get(orderedBy)}, '')`, `E'\\n'`];
  const printed = printedCall(
    selected,
    position,
    (field) => VALUES.get(field),
    (field) => GROUP_VALUES.get(field),
  );
  if (printed === undefined) return undefined;
  const withGroups = selected.fields.some(({ name }) => name === 'group');
  if (selected.fields.some(({ name }) => BODY_FIELDS.has(name))) {
    return selectFrom([`${asBytes(printed)} AS printed`], withGroups);
  }
  const inner = selectFrom([`${printed} AS printed`], withGroups);
  const together = asBytes(
    "CASE WHEN count(printed) = count(*) THEN coalesce(string_agg(printed, E'\\n'), '') END",
  );
  return (where) => sql`SELECT ${sql.raw(together)} AS printed FROM (${inner(where)}) AS calls`;
}

function selectFrom(columns: readonly string[], withGroups: boolean): Select {
  const from = sql.raw(`SELECT ${columns.join(', ')} FROM llm_call_logs ${withGroups ? WITH_GROUPS : ''}`);
  return (where) => sql`${from} WHERE ${where}`;
}

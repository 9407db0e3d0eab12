import { sql, type RawBuilder } from 'kysely';
import type { ByteText } from '../database/byte-text.js';
import { asBytes } from '../database/byte-client.js';
import type { Database } from '../database/database.js';
import type { CallerContext } from '../access/caller.js';
import { BETWEEN_ROWS } from '../graphql/rows.js';
import type { Selected } from '../graphql/selected-fields.js';
import type { ObjectShape } from '../graphql/shape.js';
import { CallLog, MODEL_EXPRESSION } from './call-log.js';
import { printedCall } from './printed-call.js';

/** Fields whose values are read as the bytes of their text, to go into answers as they are. */
export const JSON_FIELDS = ['requestMessages', 'requestParams', 'responseData'] as const;

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
 * Selects the id of each call, what its list is ordered by, and the values that serve the fields: a body can be
 * megabytes, and is read only when it is asked for.
 *
 * @param orderedBy a field
 */
export function selectValues(context: CallerContext, selected: Selected, orderedBy = 'id'): Select {
  return madeOnce(context, selected, `values ${orderedBy}`, () => {
    const values = context.shared(valuesOfFields);
    const wanted = new Set(['id', orderedBy, ...selected.fields]);
    if (wanted.has('group')) wanted.add('groupId');
    const columns = [...wanted].flatMap((field) => {
      const value = field === 'group' ? GROUP_VALUES.get('name') : values.get(field);
      if (value === undefined) return [];
      if ((JSON_FIELDS as readonly string[]).includes(field)) return [`${asBytes(value)} AS "${field}"`];
      return [`${value} AS "${field === 'group' ? 'groupName' : field}"`];
    });
    const from = sql.raw(fromCalls(columns, selected));
    return (where) => sql`${from} WHERE ${where}`;
  });
}

/** What {@link selectPrinted} gives; both are null where no call is selected. */
export interface PrintedCalls {
  /** All calls, as {@link printedRows} takes them; null where one cannot be printed. */
  printed: ByteText | null;
  positions: string | null;
}

/**
 * Selects one row for all calls, in which they are printed.
 *
 * @param orderedBy the field by which they are ordered
 */
export function selectPrinted(
  context: CallerContext,
  selected: Selected,
  shape: ObjectShape,
  orderedBy: string,
): Select {
  return madeOnce(context, selected, `printed ${orderedBy}`, () => {
    const [printed, ...furtherPieces] = piecesOf(context, shape);
    if (furtherPieces.length > 0) throw new Error('Bodies are not printed together with others.');
    const columns = [`${printed} AS printed`, position(context, orderedBy)];
    const from = sql.raw(fromCalls(columns, selected));
    const all = `CASE WHEN count(printed) = count(*) THEN string_agg(printed, '${BETWEEN_ROWS}') END`;
    return (where) => sql`
      SELECT ${sql.raw(asBytes(all))} AS printed, string_agg(position, ${sql.lit('\n')}) AS positions
      FROM (${from} WHERE ${where}) AS calls`;
  });
}

/** As {@link selectPrinted} of calls with bodies: a row for each, in pieces. */
export function selectPieces(
  context: CallerContext,
  selected: Selected,
  shape: ObjectShape,
  orderedBy: string,
): Select {
  return madeOnce(context, selected, `pieces ${orderedBy}`, () => {
    const pieces = piecesOf(context, shape).map((piece, index) => `${asBytes(piece)} AS piece${index}`);
    const from = sql.raw(fromCalls([position(context, orderedBy), ...pieces], selected));
    return (where) => sql`${from} WHERE ${where}`;
  });
}

function piecesOf(context: CallerContext, shape: ObjectShape): string[] {
  return printedCall(shape, valueIn(context.shared(valuesOfFields)), valueIn(GROUP_VALUES));
}

function position(context: CallerContext, orderedBy: string): string {
  const value = valueIn(context.shared(valuesOfFields))(orderedBy);
  return `id || coalesce(' ' || ${value}, '') AS position`;
}

function fromCalls(columns: readonly string[], { fields }: Selected): string {
  return `SELECT ${columns.join(', ')} FROM llm_call_logs ${fields.has('group') ? WITH_GROUPS : ''}`;
}

/** A query that comes again selects the same. */
function madeOnce(context: CallerContext, selected: Selected, what: string, make: () => Select): Select {
  const all = context.shared(madeBefore);
  let made = all.get(selected);
  if (!made) all.set(selected, (made = new Map<string, Select>()));
  let select = made.get(what);
  if (!select) made.set(what, (select = make()));
  return select;
}

function madeBefore(): WeakMap<Selected, Map<string, Select>> {
  return new WeakMap();
}

function valueIn(values: ReadonlyMap<string, string>): (field: string) => string {
  return (field) => {
    const value = values.get(field);
    if (value === undefined) throw new Error(`Nothing holds the value of ${field}.`);
    return value;
  };
}

/** By field of a call, what holds its value; of the group, its number. */
function valuesOfFields({ orm }: Database): ReadonlyMap<string, string> {
  const { properties } = orm.getMetadata(CallLog);
  const columns = Object.values(properties).map(({ name, fieldNames }): [string, string] => {
    return [name, `"${fieldNames[0]}"`];
  });
  return new Map([...columns, ['model', MODEL_EXPRESSION]]);
}

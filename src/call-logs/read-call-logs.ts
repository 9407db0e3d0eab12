import { sql, type RawBuilder } from 'kysely';
import type { ByteText } from '../database/byte-text.js';
import { connectionOf, type Connection, type KeysetRead } from '../graphql/connection.js';
import type { CallerContext } from '../access/caller.js';
import { JsonText } from '../graphql/json-text.js';
import type { Page } from '../graphql/paging.js';
import { piecedRows, printedRows, rowsOf, type PiecedRow, type Rows } from '../graphql/rows.js';
import type { Selected } from '../graphql/selected-fields.js';
import { BODIES } from './bodies.js';
import type { CallLog } from './call-log.js';
import { keysetOrder, type CallLogOrder } from './call-log-order.js';
import { readRows } from './call-log-rows.js';
import {
  JSON_FIELDS,
  selectPieces,
  selectPrinted,
  selectValues,
  type PrintedCalls,
} from './select-call-logs.js';
import { selectCalls, whereSelected, type Selection } from './selection.js';

/** Most rows that are read quickly. */
const MAX_QUICK = 101;

/** Most bodies that are printed of a call; where it is more, some of them are the same by other names, and read once. */
const MOST_BODIES = 6;

/** Enough to tell whether there is a call. */
const NOTHING: Selected = { key: '', fields: new Set() };

/** Which calls to read, and in which order. */
interface Part {
  /** What follows WHERE. */
  where: RawBuilder<unknown>;
  /** A field. */
  orderedBy: string;
  onePlan: boolean;
  isQuick: boolean;
}

/**
 * One page of a selection.
 *
 * @param selected what to read of each call
 */
export function callLogPage(
  context: CallerContext,
  selection: Selection,
  orderBy: CallLogOrder,
  page: Page,
  selected: Selected,
): Connection<CallLog> {
  const keyset = keysetOrder(orderBy);
  const isByTime = keyset.type === 'timestamp';
  const onePlan = isByTime && selection.isPlain;
  return connectionOf(page, keyset, context.cursors, (what: KeysetRead) => {
    const { onlyWhether, conditions, bounds, order, limit } = what;
    return readInOrder(context, onlyWhether ? NOTHING : selected, {
      where: sql`${whereSelected(selection, conditions, isByTime ? bounds : {})} ORDER BY ${order} LIMIT ${sql.lit(limit)}`,
      orderedBy: keyset.property,
      onePlan,
      isQuick: onePlan && limit <= MAX_QUICK && !hasBodies(selected),
    });
  });
}

/** Reads calls by number, in the order of the numbers; null for one that is not there or that the caller may not see. */
export async function readCallLogsById(
  context: CallerContext,
  ids: readonly string[],
  selected: Selected,
): Promise<(CallLog | null)[]> {
  const selection = selectCalls(null, context.caller.groupIds);
  const rows = await readValues(context, selected, {
    where: whereSelected(selection, [sql`id = ANY(${ids}::bigint[])`]),
    orderedBy: 'id',
    onePlan: true,
    isQuick: ids.length <= MAX_QUICK,
  });
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id) ?? null);
}

/**
 * The database prints calls of which nothing is needed but what is printed: it takes less to do so than we take to read
 * each value and print it.
 */
async function readInOrder(context: CallerContext, selected: Selected, part: Part): Promise<Rows<CallLog>> {
  const { where, orderedBy, ...how } = part;
  const { shape } = selected;
  const bodies = shape?.properties.filter(({ name }) => BODIES.has(name)).length ?? 0;
  if (!shape || bodies > MOST_BODIES) return rowsOf(await readValues(context, selected, part), orderedBy);
  if (bodies > 0) {
    const select = selectPieces(context, selected, shape, orderedBy)(where);
    const key = `printed around ${bodies} bodies`;
    return piecedRows(await readRows<PiecedRow>(context, { key, select, ...how }));
  }
  const select = selectPrinted(context, selected, shape, orderedBy)(where);
  const [calls] = await readRows<PrintedCalls>(context, { key: 'printed', select, ...how });
  return printedRows(calls?.printed ?? null, calls?.positions?.split('\n') ?? []);
}

async function readValues(context: CallerContext, selected: Selected, part: Part): Promise<CallLog[]> {
  const { where, orderedBy, ...how } = part;
  const { key, fields } = selected;
  const select = selectValues(context, selected, orderedBy)(where);
  const rows = await readRows<CallLog>(context, { key: `${key} ${orderedBy}`, select, ...how });
  if (fields.has('group')) for (const row of rows) attachGroup(row);
  for (const field of JSON_FIELDS) if (fields.has(field)) for (const row of rows) keepJson(row, field);
  return rows;
}

function attachGroup(row: CallLog & { groupName?: string | null }): void {
  const { groupId, groupName } = row;
  row.group = groupId === null || groupName == null ? null : { id: groupId, name: groupName };
}

function keepJson(row: CallLog, field: (typeof JSON_FIELDS)[number]): void {
  const bytes = row[field] as ByteText | null;
  if (bytes === null) return;
  // Another program may write JSON's null for no messages, which the field does not allow.
  row[field] = bytes === 'null' ? (field === 'requestMessages' ? [] : null) : new JsonText([bytes]);
}

/** Whether of what was said, which can be megabytes. */
function hasBodies({ fields }: Selected): boolean {
  return [...fields].some((field) => BODIES.has(field));
}

import { sql, type RawBuilder } from 'kysely';
import type { ByteText } from '../database/byte-text.js';
import { connectionOf, positionInValues, type Connection, type KeysetRead } from '../graphql/connection.js';
import type { KeysetOrder, Position } from '../graphql/keyset.js';
import type { CallerContext } from '../access/caller.js';
import { PrintedList } from '../graphql/answer/printed-list.js';
import type { Selected } from '../graphql/answer/selected-fields.js';
import type { Page } from '../graphql/paging.js';
import { BODY_FIELDS } from './call-log-columns.js';
import type { CallLog } from './call-log.js';
import { keysetOrder, type CallLogOrder } from './call-log-order.js';
import { readRows } from './call-log-rows.js';
import { selectsOf } from './select-call-logs.js';
import { selectCalls, whereSelected, type Selection } from './selection.js';

/** Most rows that are read quickly. */
const MAX_QUICK = 101;

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

/** A call as it is read: its values, or what the answer is to hold of it. */
type CallLogRow = CallLog | PrintedRow;

interface PrintedRow {
  /** Where the call stands in its list. */
  position: ByteText;
  printed: ByteText;
}

/** A page whose calls may be printed already. */
type CallLogPage = Omit<Connection<CallLog>, 'nodes'> & { nodes: () => Promise<CallLog[] | PrintedList> };

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
): CallLogPage {
  const keyset = keysetOrder(orderBy);
  const isByTime = keyset.type === 'timestamp';
  const onePlan = isByTime && selection.isPlain;
  const read = (what: KeysetRead) => {
    const { onlyWhether, conditions, bounds, order, limit } = what;
    return readInOrder(context, onlyWhether ? NOTHING : selected, {
      where: sql`${whereSelected(selection, conditions, isByTime ? bounds : {})} ORDER BY ${order} LIMIT ${sql.lit(limit)}`,
      orderedBy: keyset.property,
      onePlan,
      isQuick: onePlan && limit <= MAX_QUICK && !hasBodies(selected),
    });
  };
  const connection = connectionOf<CallLogRow>(page, keyset, context.cursors, read, positionOf);
  return { ...(connection as Connection<CallLog>), nodes: async () => listOf(await connection.nodes()) };
}

/** A position is the id, and behind a space what the list is ordered by, where that is not null. */
function positionOf(row: CallLogRow, order: KeysetOrder): Position {
  if (!('printed' in row)) return positionInValues(row, order);
  const [id = '', ...value] = row.position.split(' ');
  return { id, value: value.length === 0 ? null : value.join(' ') };
}

function listOf(rows: CallLogRow[]): CallLog[] | PrintedList {
  const printed = rows.filter((row) => 'printed' in row).map((row) => row.printed);
  return printed.length > 0 ? new PrintedList(printed) : (rows as CallLog[]);
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
 * Where the database can print the calls, it does: it takes less to do so than we take to read each value and print it.
 * What it cannot print, such as a status that is none, resolvers tell of.
 */
async function readInOrder(context: CallerContext, selected: Selected, part: Part): Promise<CallLogRow[]> {
  const { where, orderedBy, ...how } = part;
  const select = selectsOf(selected).printed(orderedBy);
  if (!select) return readValues(context, selected, part);
  const rows = await readRows<{ printed: ByteText | null }>(context, {
    key: 'printed',
    select: select(where),
    ...how,
  });
  if (rows.some(({ printed }) => printed === null)) return readValues(context, selected, part);
  return rows.flatMap(({ printed }) => (printed ? callsIn(printed) : []));
}

/** JSON has line breaks escaped: every other line is a call. */
function callsIn(text: ByteText): PrintedRow[] {
  const lines = text.split('\n');
  return Array.from({ length: lines.length / 2 }, (_, index) => ({
    position: lines[2 * index] ?? '',
    printed: lines[2 * index + 1] ?? '',
  }));
}

async function readValues(context: CallerContext, selected: Selected, part: Part): Promise<CallLog[]> {
  const { where, orderedBy, ...how } = part;
  const { key, fields } = selected;
  const select = selectsOf(selected).values(orderedBy)(where);
  const rows = await readRows<CallLog>(context, { key: `${key} ${orderedBy}`, select, ...how });
  if (fields.has('group')) for (const row of rows) attachGroup(row);
  return rows;
}

function attachGroup(row: CallLog & { groupName?: string | null }): void {
  const { groupId, groupName } = row;
  row.group = groupId === null || groupName == null ? null : { id: groupId, name: groupName };
}

function hasBodies({ fields }: Selected): boolean {
  return [...fields].some((field) => BODY_FIELDS.has(field));
}

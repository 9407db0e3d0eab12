import { sql } from 'kysely';
import { connectionOf, type Connection, type KeysetRead } from '../graphql/connection.js';
import type { Context } from '../graphql/context.js';
import type { Page } from '../graphql/paging.js';
import type { CallLog } from './call-log.js';
import { keysetOrder, type CallLogOrder } from './call-log-order.js';
import { JSON_FIELDS, readRows } from './call-log-rows.js';
import { selectCalls, whereSelected, type Selection } from './selection.js';

/** Most rows that are read quickly. */
const MAX_QUICK = 101;

/**
 * One page of a selection.
 *
 * @param fields the fields of CallLog to read; the rows have no others
 */
export function callLogPage(
  context: Context,
  selection: Selection,
  orderBy: CallLogOrder,
  page: Page,
  fields: ReadonlySet<string>,
): Connection<CallLog> {
  const keyset = keysetOrder(orderBy);
  const isByTime = keyset.type === 'timestamp';
  const withOrder = fields.has(keyset.property) ? fields : new Set([...fields, keyset.property]);
  const readPart = ({ onlyWhether, conditions, bounds, order, limit }: KeysetRead) =>
    readRows(context, {
      fields: onlyWhether ? new Set() : withOrder,
      where: sql`${whereSelected(selection, conditions, isByTime ? bounds : {})} ORDER BY ${order} LIMIT ${sql.lit(limit)}`,
      isQuick: isByTime && limit <= MAX_QUICK && selection.isPlain && !hasBodies(fields),
    });
  return connectionOf(page, keyset, context.cursors, readPart);
}

/** Reads calls by number, in the order of the numbers; null for one that is not there or that the caller may not see. */
export async function readCallLogsById(
  context: Context,
  ids: readonly string[],
  fields: ReadonlySet<string>,
): Promise<(CallLog | null)[]> {
  const selection = selectCalls(null, context.caller.groupIds);
  const where = whereSelected(selection, [sql`id = ANY(${ids}::bigint[])`]);
  const rows = await readRows(context, {
    fields,
    where,
    isQuick: ids.length <= MAX_QUICK,
  });
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id) ?? null);
}

/** Whether of what was said, which can be megabytes. */
function hasBodies(fields: ReadonlySet<string>): boolean {
  return [...JSON_FIELDS, 'responseContent'].some((field) => fields.has(field));
}

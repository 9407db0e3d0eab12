import { sql, type RawBuilder } from 'kysely';
import { readConnection, type Connection, type KeysetRead, type Positioned } from '../graphql/connection.js';
import type { Context } from '../graphql/context.js';
import type { Page } from '../graphql/paging.js';
import { groupLoader } from '../groups/group-loader.js';
import { CallLog } from './call-log.js';
import { keysetOrder, type CallLogOrder } from './call-log-order.js';
import { allOf, narrow, whereSelected, type Selection } from './selection.js';
import { MODEL, type Predicate } from './filter-operators.js';

type Row = CallLog & Positioned;

/**
 * Reads one page of a selection.
 *
 * @param fields the fields of CallLog to read; the rows have no others
 */
export async function readCallLogPage(
  context: Context,
  selection: Selection,
  order: CallLogOrder,
  page: Page,
  fields: Set<string>,
): Promise<Connection<CallLog>> {
  const { value, ...rest } = keysetOrder(order);
  const read = ({ conditions, order, limit }: KeysetRead) =>
    readRows(
      context,
      fields,
      sql`${value}::text`,
      sql`${allOf([whereSelected(selection), ...conditions])} ORDER BY ${order} LIMIT ${limit}`,
    );
  return readConnection(page, { value, ...rest }, context.cursors, read);
}

/** Reads calls by number, in the order of the numbers; null for one that is not there or not selected. */
export async function readCallLogsById(
  context: Context,
  selection: Selection,
  ids: readonly string[],
  fields: Set<string>,
): Promise<(CallLog | null)[]> {
  const where = whereSelected(narrow(selection, sql`id = ANY(${ids}::bigint[])`));
  const rows = await readRows(context, fields, sql`NULL`, where);
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id) ?? null);
}

async function readRows(
  context: Context,
  fields: Set<string>,
  cursorValue: Predicate,
  rest: RawBuilder<unknown>,
): Promise<Row[]> {
  const columns = columnsOf(context, fields);
  const query = sql<Row>`SELECT ${columns}, ${cursorValue} AS "cursorValue" FROM llm_call_logs WHERE ${rest}`;
  const { rows } = await query.execute(context.sql);
  if (fields.has('group')) await attachGroups(context, rows);
  return rows;
}

/** The columns that serve the fields: a body can be megabytes, and is read only when it is asked for. */
function columnsOf(context: Context, fields: Set<string>): RawBuilder<unknown> {
  const { properties } = context.database.orm.getMetadata(CallLog);
  const wanted = new Set(['id', ...fields]);
  if (wanted.has('group')) wanted.add('groupId');
  const columns = [...wanted].flatMap((name) => {
    if (name === 'model') return [sql`${MODEL} AS model`];
    const property = Object.hasOwn(properties, name)
      ? properties[name as keyof typeof properties]
      : undefined;
    if (!property || name === 'group') return [];
    return [sql`${sql.ref(property.fieldNames[0] ?? name)} AS ${sql.ref(name)}`];
  });
  return sql.join(columns);
}

/** Loads the groups of a page at once, so that no row waits for its own. */
async function attachGroups(context: Context, rows: Row[]): Promise<void> {
  const ids = [...new Set(rows.map((row) => row.groupId).filter((id) => id !== null))];
  const loader = context.once(groupLoader);
  const groups = new Map((await loader.loadMany(ids)).map((group, index) => [ids[index], group]));
  for (const row of rows) {
    const group = row.groupId === null ? null : groups.get(row.groupId);
    if (group instanceof Error) throw group;
    row.group = group ?? null;
  }
}

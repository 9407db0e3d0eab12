import type { GraphQLResolveInfo } from 'graphql';
import { sql } from 'kysely';
import type { CallerContext } from '../access/caller.js';
import { parsePage } from '../graphql/paging.js';
import { selectedFields } from '../graphql/answer/selected-fields.js';
import type { CallLogConnection, CallLogPageArgs, SelectedCalls } from './call-log-connection.js';
import { callLogPage } from './read-call-logs.js';
import { narrow, selectCalls } from './selection.js';

/**
 * A page of calls. What the selected calls count and add up to is the usage feature's to say.
 *
 * @throws BAD_USER_INPUT for arguments that make no page
 */
export function listCallLogs(
  context: CallerContext,
  selectedCalls: SelectedCalls,
  { orderBy, ...page }: CallLogPageArgs,
  info: GraphQLResolveInfo,
): CallLogConnection {
  const { filter, group } = selectedCalls;
  const all = selectCalls(filter, context.caller.groupIds);
  const selection = group ? narrow(all, sql`group_id = ${group.id}::integer`) : all;
  const selected = selectedFields(info, ['nodes'], ['edges', 'node']);
  const connection = callLogPage(context, selection, orderBy, parsePage(page, context.pageSize), selected);
  return Object.assign(connection, { selectedCalls });
}

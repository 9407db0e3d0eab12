import type { GraphQLResolveInfo } from 'graphql';
import type { Context } from '../graphql/context.js';
import { parsePage } from '../graphql/paging.js';
import { selectedFields } from '../graphql/selected-fields.js';
import type { Slice } from '../usage/slice.js';
import { countOf } from '../usage/totals.js';
import type { CallLogConnection } from './call-log-connection.js';
import type { CallLogPageArgs } from './call-log-page-args.js';
import { callLogPage } from './read-call-logs.js';
import type { Selection } from './selection.js';

/**
 * A page of calls, with the count and the usage of all that are selected.
 *
 * @param usage the same calls as `selection`
 * @throws BAD_USER_INPUT for arguments that make no page
 */
export function listCallLogs(
  context: Context,
  selection: Selection,
  usage: () => Slice,
  { orderBy, ...page }: CallLogPageArgs,
  info: GraphQLResolveInfo,
): CallLogConnection {
  const selected = selectedFields(info, ['nodes'], ['edges', 'node']);
  const connection = callLogPage(context, selection, orderBy, parsePage(page, context.pageSize), selected);
  return { ...connection, usage, totalCount: () => countOf(usage()) };
}

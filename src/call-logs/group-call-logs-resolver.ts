import type { GraphQLResolveInfo } from 'graphql';
import { Args, Ctx, FieldResolver, Info, Resolver, Root } from 'type-graphql';
import type { CallerContext } from '../access/caller.js';
import { Needs } from '../access/needs.js';
import { Scope } from '../access/scope.js';
import { Costs, PAGE_COST } from '../graphql/limits/cost-hints.js';
import { Group } from '../groups/group.js';
import { CallLogConnection, CallLogPageArgs } from './call-log-connection.js';
import { boundedSpan } from './call-time-range.js';
import { listCallLogs } from './list-call-logs.js';

@Resolver(() => Group)
export class GroupCallLogsResolver {
  @Costs({ once: PAGE_COST, span: boundedSpan })
  @FieldResolver(() => CallLogConnection, { description: 'Calls of this group, page by page.' })
  @Needs(Scope.LOGS_READ)
  callLogs(
    @Ctx() context: CallerContext,
    @Root() group: Group,
    @Args(() => CallLogPageArgs) args: CallLogPageArgs,
    @Info() info: GraphQLResolveInfo,
  ): CallLogConnection {
    return listCallLogs(context, { filter: args.filter, group }, args, info);
  }
}

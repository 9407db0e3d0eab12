import type { GraphQLResolveInfo } from 'graphql';
import { sql } from 'kysely';
import { Arg, Args, Ctx, FieldResolver, ID, Info, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Needs } from '../access/needs.js';
import { Scope } from '../access/scope.js';
import { CallLogConnection } from '../call-logs/call-log-connection.js';
import { CallLogPageArgs } from '../call-logs/call-log-page-args.js';
import { CallLogFilter } from '../call-logs/filter-input.js';
import { listCallLogs } from '../call-logs/list-call-logs.js';
import { narrow, selectCalls } from '../call-logs/selection.js';
import type { Context } from '../graphql/context.js';
import { MAX_32, parseId } from '../graphql/ids.js';
import { Costs, PAGE } from '../graphql/limits/cost-hints.js';
import { PageArgs } from '../graphql/paging.js';
import { boundedSpan } from '../usage/series-cost.js';
import { usageOfGroup } from '../usage/usage-of.js';
import { Slice } from '../usage/slice.js';
import { createGroup } from './create-group.js';
import { Group } from './group.js';
import { GroupConnection } from './group-connection.js';
import { groupLoader } from './group-loader.js';
import { listGroups } from './list-groups.js';

@Resolver(() => Group)
export class GroupResolver {
  @Query(() => Group, { nullable: true, description: 'One group; null where there is none of that number.' })
  @Needs(Scope.LOGS_READ)
  async group(
    @Ctx() context: Context,
    @Arg('id', () => ID, { description: 'Number of the group.' }) id: string,
  ): Promise<Group | null> {
    const number = parseId(id, 'id');
    const { groupIds } = context.caller;
    if (Number(number) > MAX_32 || (groupIds && !groupIds.includes(number))) return null;
    return context.once(groupLoader).load(Number(number));
  }

  @Costs({ once: PAGE })
  @Query(() => GroupConnection, { description: 'The groups, by name and then by number, page by page.' })
  @Needs(Scope.LOGS_READ)
  groups(@Ctx() context: Context, @Args(() => PageArgs) args: PageArgs): GroupConnection {
    return listGroups(context, args);
  }

  @Costs({ span: boundedSpan })
  @FieldResolver(() => Slice, {
    description: 'What calls of this group add up to, in total and broken down.',
  })
  @Needs(Scope.LOGS_READ)
  usage(
    @Ctx() context: Context,
    @Root() group: Group,
    @Arg('filter', () => CallLogFilter, {
      nullable: true,
      description: 'Which calls of the group; all when left out.',
    })
    filter?: CallLogFilter | null,
  ): Slice {
    return usageOfGroup(context, group, filter);
  }

  @Costs({ once: PAGE, span: boundedSpan })
  @FieldResolver(() => CallLogConnection, { description: 'Calls of this group, page by page.' })
  @Needs(Scope.LOGS_READ)
  callLogs(
    @Ctx() context: Context,
    @Root() group: Group,
    @Args(() => CallLogPageArgs) args: CallLogPageArgs,
    @Info() info: GraphQLResolveInfo,
  ): CallLogConnection {
    const selection = narrow(
      selectCalls(args.filter, context.caller.groupIds),
      sql`group_id = ${group.id}::integer`,
    );
    const usage = () => usageOfGroup(context, group, args.filter);
    return listCallLogs(context, selection, usage, args, info);
  }

  @Mutation(() => Group, { description: 'Makes a group. Its name must not be taken.' })
  @Needs(Scope.ADMIN)
  createGroup(
    @Ctx() context: Context,
    @Arg('name', () => String, { description: 'Its name, up to 255 characters.' }) name: string,
  ): Promise<Group> {
    return createGroup(context, name);
  }
}

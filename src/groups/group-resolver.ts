import DataLoader from 'dataloader';
import { Arg, Args, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import { Needs } from '../access/needs.js';
import { Scope } from '../access/scope.js';
import type { CallerContext } from '../access/caller.js';
import { MAX_32, parseId } from '../graphql/ids.js';
import { Costs, PAGE_COST } from '../graphql/limits/cost-hints.js';
import { PageArgs } from '../graphql/paging.js';
import { createGroup } from './create-group.js';
import { Group } from './group.js';
import { GroupConnection } from './group-connection.js';
import { listGroups } from './list-groups.js';

@Resolver(() => Group)
export class GroupResolver {
  @Query(() => Group, { nullable: true, description: 'One group by its number; null when there is none.' })
  @Needs(Scope.LOGS_READ)
  async group(
    @Ctx() context: CallerContext,
    @Arg('id', () => ID, { description: 'Number of the group.' }) id: string,
  ): Promise<Group | null> {
    const number = parseId(id, 'id');
    const { groupIds } = context.caller;
    if (Number(number) > MAX_32 || (groupIds && !groupIds.includes(number))) return null;
    return context.once(groupLoader).load(Number(number));
  }

  @Costs({ once: PAGE_COST })
  @Query(() => GroupConnection, { description: 'The groups, by name and then by number, page by page.' })
  @Needs(Scope.LOGS_READ)
  groups(@Ctx() context: CallerContext, @Args(() => PageArgs) args: PageArgs): GroupConnection {
    return listGroups(context, args);
  }

  @Mutation(() => Group, { description: 'Makes a group. Its name must not be taken.' })
  @Needs(Scope.ADMIN)
  createGroup(
    @Ctx() context: CallerContext,
    @Arg('name', () => String, { description: 'Its name, up to 255 characters.' }) name: string,
  ): Promise<Group> {
    return createGroup(context, name);
  }
}

/** Loads groups by number, all that are asked for at one time with one statement; null for a group that is not there. */
function groupLoader(context: CallerContext): DataLoader<number, Group | null> {
  return new DataLoader(async (ids) => {
    // Named, so that a column that is gone is an error of the statement and not a value that is missing.
    const groups = await context.em.find(Group, { id: { $in: ids } }, { fields: ['id', 'name'] });
    const byId = new Map(groups.map((group) => [group.id, group]));
    return ids.map((id) => byId.get(id) ?? null);
  });
}

import { Arg, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { CallerContext } from '../access/caller.js';
import { Needs } from '../access/needs.js';
import { Scope } from '../access/scope.js';
import { CallLogFilter } from '../call-logs/filter-input.js';
import { boundedSpan } from '../call-logs/call-time-range.js';
import { Costs } from '../graphql/limits/cost-hints.js';
import { Group } from '../groups/group.js';
import { Slice } from './slice.js';
import { usageOf } from './usage-of.js';

@Resolver(() => Group)
export class GroupUsageResolver {
  @Costs({ span: boundedSpan })
  @FieldResolver(() => Slice, {
    description: 'What calls of this group add up to, in total and broken down.',
  })
  @Needs(Scope.LOGS_READ)
  usage(
    @Ctx() context: CallerContext,
    @Root() group: Group,
    @Arg('filter', () => CallLogFilter, {
      nullable: true,
      description: 'Which calls of the group; all when left out.',
    })
    filter?: CallLogFilter | null,
  ): Slice {
    return usageOf(context, { filter, group });
  }
}

import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { CallerContext } from '../access/caller.js';
import { CallLogConnection } from '../call-logs/call-log-connection.js';
import { Costs, SCAN_COST } from '../graphql/limits/cost-hints.js';
import { SafeInt } from '../graphql/scalars.js';
import { Slice } from './slice.js';
import { countOf } from './totals.js';
import { usageOf } from './usage-of.js';

/** What the calls of a list count and add up to, on all its pages together. */
@Resolver(() => CallLogConnection)
export class CallLogUsageResolver {
  @Costs({ once: SCAN_COST })
  @FieldResolver(() => SafeInt, {
    description: 'Number of calls on all pages together; counted only when selected.',
  })
  totalCount(@Ctx() context: CallerContext, @Root() { selectedCalls }: CallLogConnection): Promise<number> {
    return countOf(usageOf(context, selectedCalls));
  }

  @FieldResolver(() => Slice, {
    description: 'The usage of all calls that the filter selects, not only of those on the page.',
  })
  usage(@Ctx() context: CallerContext, @Root() { selectedCalls }: CallLogConnection): Slice {
    return usageOf(context, selectedCalls);
  }
}

import {
  Arg,
  Args,
  ArgsType,
  Ctx,
  Field,
  FieldResolver,
  Float,
  Int,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import { Needs } from '../access/needs.js';
import { Scope } from '../access/scope.js';
import { CallStatus } from '../call-logs/call-log.js';
import { CallLogFilter } from '../call-logs/filter-input.js';
import { boundedSpan } from '../call-logs/call-time-range.js';
import type { Timestamp } from '../database/timestamp.js';
import type { CallerContext } from '../access/caller.js';
import { Costs, SCAN_COST } from '../graphql/limits/cost-hints.js';
import { DateTime, TimeZone } from '../graphql/scalars.js';
import type { Group } from '../groups/group.js';
import { splitBy } from './breakdown.js';
import { callTimesOf } from './call-times.js';
import { durationPercentile } from './percentile.js';
import { SERIES_COSTS } from './series-cost.js';
import { seriesOf } from './series.js';
import { previousOf, Slice } from './slice.js';
import { TimeInterval } from './time-buckets.js';
import { totalsOf } from './totals.js';
import type { Totals } from './totals-columns.js';
import { usageOf } from './usage-of.js';
import {
  ActivationCodeUsage,
  ConfigUsage,
  GroupUsage,
  ModelUsage,
  StatusUsage,
  UsageBucket,
  UsageOrder,
  UsageTotals,
} from './usage-types.js';

@ArgsType()
class TopArgs {
  @Field(() => Int, {
    nullable: true,
    defaultValue: 100,
    description: 'How many slices to give at most, from 1 to 1000. The largest are given.',
  })
  top!: number | null;

  @Field(() => UsageOrder, {
    nullable: true,
    defaultValue: UsageOrder.TOKENS_USED_DESC,
    description: 'By what the slices are ranked; the largest comes first.',
  })
  orderBy!: UsageOrder | null;
}

@Resolver(() => Slice)
export class UsageResolver {
  @Costs({ span: boundedSpan })
  @Query(() => Slice, { description: 'What the selected calls add up to, in total and broken down.' })
  @Needs(Scope.LOGS_READ)
  usage(
    @Ctx() context: CallerContext,
    @Arg('filter', () => CallLogFilter, { nullable: true, description: 'Which calls; all when left out.' })
    filter?: CallLogFilter | null,
  ): Slice {
    return usageOf(context, { filter });
  }

  @Costs({ once: SCAN_COST })
  @FieldResolver(() => UsageTotals, { description: 'The totals of the slice.' })
  totals(@Root() slice: Slice): UsageTotals | Promise<UsageTotals> {
    // A series has hundreds of slices whose totals are known: a promise for each would cost more than the figures.
    return slice.totals
      ? usageTotals(slice, slice.totals)
      : totalsOf(slice).then((totals) => usageTotals(slice, totals));
  }

  @FieldResolver(() => Slice, {
    nullable: true,
    description: 'The slice of the same length just before this one. Null where its time is open at an end.',
  })
  previous(@Root() slice: Slice): Slice | null {
    return previousOf(slice);
  }

  @Costs({ once: SCAN_COST, size: () => 2 })
  @FieldResolver(() => [StatusUsage], {
    description: 'One slice for each status that occurs, successes first.',
  })
  async byStatus(@Root() slice: Slice): Promise<StatusUsage[]> {
    const parts = await splitBy(slice, 'status', 2, UsageOrder.CALLS_DESC);
    const statuses = parts.map(({ key, usage }) => ({
      status: key === 'error' ? CallStatus.ERROR : CallStatus.SUCCESS,
      usage,
    }));
    return statuses.sort((one, other) => (one.status > other.status ? -1 : 1));
  }

  @Costs({ once: SCAN_COST })
  @FieldResolver(() => [GroupUsage], { description: 'One slice for each group that occurs, largest first.' })
  async byGroup(@Root() slice: Slice, @Args(() => TopArgs) { top, orderBy }: TopArgs): Promise<GroupUsage[]> {
    const parts = await splitBy(slice, 'group', top, orderBy);
    return parts.map(({ key, groupName, usage }) => ({
      group: key === null ? null : ({ id: Number(key), name: groupName ?? '' } satisfies Group),
      usage,
    }));
  }

  @Costs({ once: SCAN_COST })
  @FieldResolver(() => [ModelUsage], { description: 'One slice for each model that occurs, largest first.' })
  async byModel(@Root() slice: Slice, @Args(() => TopArgs) { top, orderBy }: TopArgs): Promise<ModelUsage[]> {
    const parts = await splitBy(slice, 'model', top, orderBy);
    return parts.map(({ key, usage }) => ({ model: key, usage }));
  }

  @Costs({ once: SCAN_COST })
  @FieldResolver(() => [ConfigUsage], {
    description: 'One slice for each provider configuration that occurs, largest first.',
  })
  async byConfig(
    @Root() slice: Slice,
    @Args(() => TopArgs) { top, orderBy }: TopArgs,
  ): Promise<ConfigUsage[]> {
    const parts = await splitBy(slice, 'config', top, orderBy);
    return parts.map(({ key, usage }) => ({ configId: key, usage }));
  }

  @Costs({ once: SCAN_COST })
  @FieldResolver(() => [ActivationCodeUsage], {
    description: 'One slice for each activation code that occurs, largest first.',
  })
  async byActivationCode(
    @Root() slice: Slice,
    @Args(() => TopArgs) { top, orderBy }: TopArgs,
  ): Promise<ActivationCodeUsage[]> {
    const parts = await splitBy(slice, 'activationCode', top, orderBy);
    return parts.map(({ key, usage }) => ({ activationCode: key, usage }));
  }

  @Costs(SERIES_COSTS)
  @FieldResolver(() => [UsageBucket], {
    description:
      "Buckets that cover the slice's callTime, oldest first and without gaps. Where callTime is open, they begin with the first call or end with the last one. The clock and the calendar of timeZone cut them, also where daylight saving begins or ends. At most 5000 buckets.",
  })
  series(
    @Root() slice: Slice,
    @Arg('interval', () => TimeInterval, { description: 'Length of a bucket.' }) interval: TimeInterval,
    @Arg('timeZone', () => TimeZone, {
      nullable: true,
      defaultValue: 'UTC',
      description: 'Whose clock and calendar cut the buckets.',
    })
    timeZone: string | null,
  ): Promise<UsageBucket[]> {
    return seriesOf(slice, interval, timeZone);
  }
}

function usageTotals(slice: Slice, totals: Totals): UsageTotals {
  return { ...totals, slice, errorRate: totals.calls === 0 ? null : totals.errors / totals.calls };
}

@Resolver(() => UsageTotals)
export class UsageTotalsResolver {
  @FieldResolver(() => DateTime, {
    nullable: true,
    description: 'When the first call was made; null where there is none.',
  })
  async firstCallTime(@Root() { slice, callTimes }: UsageTotals): Promise<Timestamp | null> {
    return (callTimes ?? (await callTimesOf(slice))).firstCallTime;
  }

  @FieldResolver(() => DateTime, {
    nullable: true,
    description: 'When the last call was made; null where there is none.',
  })
  async lastCallTime(@Root() { slice, callTimes }: UsageTotals): Promise<Timestamp | null> {
    return (callTimes ?? (await callTimesOf(slice))).lastCallTime;
  }

  @Costs({ once: SCAN_COST })
  @FieldResolver(() => Float, {
    nullable: true,
    description:
      'The duration in milliseconds that a share p of the calls does not exceed: with p = 0.95, one call in twenty takes longer. Null where no call has a duration.',
  })
  durationMsPercentile(
    @Root() { slice }: UsageTotals,
    @Arg('p', () => Float, { description: 'The share of calls, greater than 0 and less than 1.' }) p: number,
  ): Promise<number | null> {
    return durationPercentile(slice, p);
  }
}

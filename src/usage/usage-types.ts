import { Field, Float, ID, ObjectType, registerEnumType } from 'type-graphql';
import { CallStatus } from '../call-logs/call-log.js';
import type { Timestamp } from '../database/timestamp.js';
import { DateTime, SafeInt } from '../graphql/scalars.js';
import { Group } from '../groups/group.js';
import { Slice } from './slice.js';
import type { CallTimes } from './totals-columns.js';

/** The largest first. */
export enum UsageOrder {
  TOKENS_USED_DESC = 'TOKENS_USED_DESC',
  CALLS_DESC = 'CALLS_DESC',
  ERRORS_DESC = 'ERRORS_DESC',
}

registerEnumType(UsageOrder, {
  name: 'UsageOrder',
  description: 'Which slices of a breakdown come first.',
  valuesConfig: {
    TOKENS_USED_DESC: { description: 'Most tokens first.' },
    CALLS_DESC: { description: 'Most calls first.' },
    ERRORS_DESC: { description: 'Most failed calls first.' },
  },
});

@ObjectType({ description: 'What the calls of a slice add up to.', simpleResolvers: true })
export class UsageTotals {
  /** The slice that these are the totals of; for figures that are only computed when selected. */
  slice!: Slice;

  /** When its first and last call were made, where that is known. */
  callTimes?: CallTimes | undefined;

  @Field(() => SafeInt, { description: 'Number of calls.' })
  calls!: number;

  @Field(() => SafeInt, { description: 'Number of calls that the model answered.' })
  successes!: number;

  @Field(() => SafeInt, { description: 'Number of calls that failed.' })
  errors!: number;

  @Field(() => Float, {
    nullable: true,
    description: 'errors / calls, from 0 to 1; null where there is no call.',
  })
  errorRate!: number | null;

  @Field(() => SafeInt, {
    description: 'Sum of tokensUsed; a call without a number counts as 0.',
  })
  tokensUsed!: number;

  @Field(() => SafeInt, { description: 'Sum of promptTokens; a call without a number counts as 0.' })
  promptTokens!: number;

  @Field(() => SafeInt, { description: 'Sum of completionTokens; a call without a number counts as 0.' })
  completionTokens!: number;

  @Field(() => Float, {
    nullable: true,
    description: 'Mean tokensUsed of the calls that have a number; null where none has.',
  })
  averageTokensUsed!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Mean duration in milliseconds of the calls that have one; null where none has.',
  })
  averageDurationMs!: number | null;
}

@ObjectType({ description: 'The calls of one status.', simpleResolvers: true })
export class StatusUsage {
  @Field(() => CallStatus, { description: 'The status that these calls share.' })
  status!: CallStatus;

  @Field(() => Slice, { description: 'Their usage.' })
  usage!: Slice;
}

@ObjectType({ description: 'The calls of one group.', simpleResolvers: true })
export class GroupUsage {
  @Field(() => Group, { nullable: true, description: 'The group; null for calls of no group.' })
  group!: Group | null;

  @Field(() => Slice, { description: 'The usage of its calls.' })
  usage!: Slice;
}

@ObjectType({ description: 'The calls of one model.', simpleResolvers: true })
export class ModelUsage {
  @Field(() => String, { nullable: true, description: 'The model; null for calls that name none.' })
  model!: string | null;

  @Field(() => Slice, { description: 'The usage of its calls.' })
  usage!: Slice;
}

@ObjectType({ description: 'The calls of one provider configuration.', simpleResolvers: true })
export class ConfigUsage {
  @Field(() => ID, { nullable: true, description: 'The configuration; null for calls that name none.' })
  configId!: string | null;

  @Field(() => Slice, { description: 'The usage of its calls.' })
  usage!: Slice;
}

@ObjectType({ description: 'The calls of one activation code.', simpleResolvers: true })
export class ActivationCodeUsage {
  @Field(() => String, { nullable: true, description: 'The activation code; null for calls that name none.' })
  activationCode!: string | null;

  @Field(() => Slice, { description: 'The usage of its calls.' })
  usage!: Slice;
}

@ObjectType({ description: 'The calls of one stretch of time.', simpleResolvers: true })
export class UsageBucket {
  @Field(() => DateTime, { description: 'The first moment of the bucket.' })
  start!: Timestamp;

  @Field(() => DateTime, { description: 'The first moment after the bucket.' })
  end!: Timestamp;

  @Field(() => Slice, { description: 'The usage of those calls of the slice that fall into the bucket.' })
  usage!: Slice;
}

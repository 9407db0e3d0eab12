import { Field, ID, InputType, Int } from 'type-graphql';
import type { Timestamp } from '../database/timestamp.js';
import { DateTime, Json } from '../graphql/scalars.js';
import { CallStatus } from './call-log.js';

const KEEPS_NULL = 'Selects calls without a value as well.';

@InputType({ description: 'Conditions on an id; all that are given must hold.' })
export class IdFilter {
  @Field(() => ID, { nullable: true, description: 'Equal to this.' })
  eq?: string | null;

  @Field(() => ID, { nullable: true, description: `Not equal to this. ${KEEPS_NULL}` })
  ne?: string | null;

  @Field(() => [ID], { nullable: true, description: 'Equal to one of these; an empty list selects nothing.' })
  in?: string[] | null;

  @Field(() => [ID], { nullable: true, description: `Equal to none of these. ${KEEPS_NULL}` })
  notIn?: string[] | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'true selects calls without a value, false calls with one.',
  })
  isNull?: boolean | null;
}

@InputType({ description: 'Conditions on the status; all that are given must hold.' })
export class CallStatusFilter {
  @Field(() => CallStatus, { nullable: true, description: 'Equal to this.' })
  eq?: CallStatus | null;

  @Field(() => CallStatus, { nullable: true, description: 'Not equal to this.' })
  ne?: CallStatus | null;

  @Field(() => [CallStatus], {
    nullable: true,
    description: 'Equal to one of these; an empty list selects nothing.',
  })
  in?: CallStatus[] | null;
}

@InputType({
  description: 'Conditions on a text; all that are given must hold. Upper and lower case differ.',
})
export class StringFilter {
  @Field(() => String, { nullable: true, description: 'Equal to this.' })
  eq?: string | null;

  @Field(() => String, { nullable: true, description: `Not equal to this. ${KEEPS_NULL}` })
  ne?: string | null;

  @Field(() => [String], {
    nullable: true,
    description: 'Equal to one of these; an empty list selects nothing.',
  })
  in?: string[] | null;

  @Field(() => [String], { nullable: true, description: `Equal to none of these. ${KEEPS_NULL}` })
  notIn?: string[] | null;

  @Field(() => String, { nullable: true, description: 'Begins with this.' })
  startsWith?: string | null;

  @Field(() => String, { nullable: true, description: 'Contains this.' })
  contains?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'true selects calls without a value, false calls with one.',
  })
  isNull?: boolean | null;
}

@InputType({ description: 'Conditions on a whole number; all that are given must hold.' })
export class IntFilter {
  @Field(() => Int, { nullable: true, description: 'Equal to this.' })
  eq?: number | null;

  @Field(() => Int, { nullable: true, description: `Not equal to this. ${KEEPS_NULL}` })
  ne?: number | null;

  @Field(() => [Int], {
    nullable: true,
    description: 'Equal to one of these; an empty list selects nothing.',
  })
  in?: number[] | null;

  @Field(() => Int, { nullable: true, description: 'Greater than this.' })
  gt?: number | null;

  @Field(() => Int, { nullable: true, description: 'Greater than or equal to this.' })
  gte?: number | null;

  @Field(() => Int, { nullable: true, description: 'Less than this.' })
  lt?: number | null;

  @Field(() => Int, { nullable: true, description: 'Less than or equal to this.' })
  lte?: number | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'true selects calls without a value, false calls with one.',
  })
  isNull?: boolean | null;
}

@InputType({
  description:
    'A stretch of time that includes from and ends before to. One of them may be left out; from must be earlier than to.',
})
export class TimeRange {
  @Field(() => DateTime, { nullable: true, description: 'The first moment of the stretch.' })
  from?: Timestamp | null;

  @Field(() => DateTime, { nullable: true, description: 'The first moment after the stretch.' })
  to?: Timestamp | null;
}

@InputType({
  description:
    'Which calls to select. Conditions on several fields must all hold. A condition that is null or {} is refused, never ignored.',
})
export class CallLogFilter {
  @Field(() => IdFilter, { nullable: true, description: 'The number of the call.' })
  id?: IdFilter | null;

  @Field(() => CallStatusFilter, { nullable: true, description: 'How the call ended.' })
  status?: CallStatusFilter | null;

  @Field(() => IdFilter, { nullable: true, description: 'The group that the call is counted for.' })
  groupId?: IdFilter | null;

  @Field(() => IdFilter, {
    nullable: true,
    description: 'The provider configuration that the call was made with.',
  })
  configId?: IdFilter | null;

  @Field(() => IdFilter, { nullable: true, description: 'The prompt template of old calls.' })
  templateId?: IdFilter | null;

  @Field(() => StringFilter, { nullable: true, description: 'The activation code of the customer.' })
  activationCode?: StringFilter | null;

  @Field(() => StringFilter, { nullable: true, description: 'The model that was called.' })
  model?: StringFilter | null;

  @Field(() => StringFilter, { nullable: true, description: 'Why the call failed.' })
  errorMessage?: StringFilter | null;

  @Field(() => IntFilter, { nullable: true, description: 'The tokens of prompt and completion together.' })
  tokensUsed?: IntFilter | null;

  @Field(() => IntFilter, { nullable: true, description: 'The tokens of the prompt.' })
  promptTokens?: IntFilter | null;

  @Field(() => IntFilter, { nullable: true, description: 'The tokens of the completion.' })
  completionTokens?: IntFilter | null;

  @Field(() => IntFilter, { nullable: true, description: 'How long the call took, in milliseconds.' })
  durationMs?: IntFilter | null;

  @Field(() => TimeRange, { nullable: true, description: 'When the call was made.' })
  callTime?: TimeRange | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Calls whose prompt or response contains this text; upper and lower case are the same. The search covers every text of requestMessages except roles and types, and responseContent or, when that is null, every text of responseData.',
  })
  text?: string | null;

  @Field(() => Json, { nullable: true, description: 'Calls whose requestParams contain this JSON object.' })
  requestParams?: unknown;

  @Field(() => [CallLogFilter], { nullable: true, description: 'All of these must hold as well.' })
  and?: CallLogFilter[] | null;

  @Field(() => [CallLogFilter], { nullable: true, description: 'At least one of these must hold as well.' })
  or?: CallLogFilter[] | null;

  @Field(() => CallLogFilter, {
    nullable: true,
    description: 'This must not hold. A call that lacks the value asked for is selected.',
  })
  not?: CallLogFilter | null;
}

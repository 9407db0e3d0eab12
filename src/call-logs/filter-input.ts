import { Field, ID, InputType, Int } from 'type-graphql';
import type { Timestamp } from '../database/timestamp.js';
import { DateTime, Json } from '../graphql/scalars.js';
import { CallStatus } from './call-log.js';

const KEEPS_NULL = 'Rows without a value are kept.';

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

  @Field(() => Boolean, { nullable: true, description: 'true: rows without a value; false: rows with one.' })
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
  description: 'Conditions on a text, upper and lower case told apart; all that are given must hold.',
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

  @Field(() => Boolean, { nullable: true, description: 'true: rows without a value; false: rows with one.' })
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

  @Field(() => Int, { nullable: true, description: 'Greater than this, or equal to it.' })
  gte?: number | null;

  @Field(() => Int, { nullable: true, description: 'Less than this.' })
  lt?: number | null;

  @Field(() => Int, { nullable: true, description: 'Less than this, or equal to it.' })
  lte?: number | null;

  @Field(() => Boolean, { nullable: true, description: 'true: rows without a value; false: rows with one.' })
  isNull?: boolean | null;
}

@InputType({
  description:
    'A stretch of time: from (included) to (not included). Either end may be left out, but not both; from must be before to.',
})
export class TimeRange {
  @Field(() => DateTime, { nullable: true, description: 'The first moment of it.' })
  from?: Timestamp | null;

  @Field(() => DateTime, { nullable: true, description: 'The first moment after it.' })
  to?: Timestamp | null;
}

@InputType({
  description:
    'Which calls to select. Conditions on several fields must all hold. A condition that is null or {} is refused, never ignored.',
})
export class CallLogFilter {
  @Field(() => IdFilter, { nullable: true, description: 'On the number of the call.' })
  id?: IdFilter | null;

  @Field(() => CallStatusFilter, { nullable: true, description: 'On how the call ended.' })
  status?: CallStatusFilter | null;

  @Field(() => IdFilter, { nullable: true, description: 'On the group that the call is counted for.' })
  groupId?: IdFilter | null;

  @Field(() => IdFilter, { nullable: true, description: 'On the provider configuration.' })
  configId?: IdFilter | null;

  @Field(() => IdFilter, { nullable: true, description: 'On the prompt template of old calls.' })
  templateId?: IdFilter | null;

  @Field(() => StringFilter, { nullable: true, description: 'On the activation code of the customer.' })
  activationCode?: StringFilter | null;

  @Field(() => StringFilter, { nullable: true, description: 'On the model that was called.' })
  model?: StringFilter | null;

  @Field(() => StringFilter, { nullable: true, description: 'On the message of a failed call.' })
  errorMessage?: StringFilter | null;

  @Field(() => IntFilter, { nullable: true, description: 'On the tokens of prompt and completion together.' })
  tokensUsed?: IntFilter | null;

  @Field(() => IntFilter, { nullable: true, description: 'On the tokens of the prompt.' })
  promptTokens?: IntFilter | null;

  @Field(() => IntFilter, { nullable: true, description: 'On the tokens of the completion.' })
  completionTokens?: IntFilter | null;

  @Field(() => IntFilter, { nullable: true, description: 'On how long the call took, in milliseconds.' })
  durationMs?: IntFilter | null;

  @Field(() => TimeRange, { nullable: true, description: 'When the call was made.' })
  callTime?: TimeRange | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Prompts and responses that contain this, ignoring case. Looks into every text of requestMessages but roles and types, and into responseContent or, where that is null, into every text of responseData.',
  })
  text?: string | null;

  @Field(() => Json, { nullable: true, description: 'Calls whose requestParams contain this JSON object.' })
  requestParams?: unknown;

  @Field(() => [CallLogFilter], { nullable: true, description: 'All of these must hold, too.' })
  and?: CallLogFilter[] | null;

  @Field(() => [CallLogFilter], { nullable: true, description: 'At least one of these must hold, too.' })
  or?: CallLogFilter[] | null;

  @Field(() => CallLogFilter, {
    nullable: true,
    description: 'This must not hold. Rows that lack a value it asks for are kept.',
  })
  not?: CallLogFilter | null;
}

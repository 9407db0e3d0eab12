import { Field, ID, InputType, Int } from 'type-graphql';
import type { Timestamp } from '../../database/timestamp.js';
import { DateTime, Json } from '../../graphql/scalars.js';
import { CallStatus } from '../call-log.js';

@InputType({ description: 'A call to record.' })
export class RecordCallLogInput {
  @Field(() => String, {
    nullable: true,
    description:
      'Makes a repeat harmless: within 24 hours, the same key from the same caller answers the call recorded first and writes nothing. Up to 255 characters.',
  })
  idempotencyKey?: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'The provider configuration (see llmConfig) that the call was made with.',
  })
  configId?: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'The prompt template that the call was made from; only old applications have one.',
  })
  templateId?: string | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'The group that the call is counted for; it must exist. A caller limited to groups must name one of them.',
  })
  groupId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The activation code of the customer who caused the call; up to 32 characters.',
  })
  activationCode?: string | null;

  @Field(() => Json, { description: 'The messages sent to the model.' })
  requestMessages!: unknown;

  @Field(() => Json, {
    nullable: true,
    description: 'The other parameters of the request, such as model and temperature.',
  })
  requestParams?: unknown;

  @Field(() => String, { nullable: true, description: 'The text that the model answered.' })
  responseContent?: string | null;

  @Field(() => Json, { nullable: true, description: 'The whole answer of the provider.' })
  responseData?: unknown;

  @Field(() => CallStatus, { description: 'Whether the model answered.' })
  status!: CallStatus;

  @Field(() => String, { nullable: true, description: 'Why the call failed.' })
  errorMessage?: string | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'Tokens that the provider counted, 0 or more. Left out while promptTokens and completionTokens are given: their sum.',
  })
  tokensUsed?: number | null;

  @Field(() => Int, { nullable: true, description: 'Tokens of the prompt, 0 or more.' })
  promptTokens?: number | null;

  @Field(() => Int, { nullable: true, description: 'Tokens of the completion, 0 or more.' })
  completionTokens?: number | null;

  @Field(() => DateTime, { nullable: true, description: 'When the call was made. Left out: now.' })
  callTime?: Timestamp | null;

  @Field(() => Int, { nullable: true, description: 'How long the call took, in milliseconds, 0 or more.' })
  durationMs?: number | null;
}

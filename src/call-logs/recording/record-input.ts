import { Field, ID, InputType, Int } from 'type-graphql';
import type { Timestamp } from '../../database/timestamp.js';
import { DateTime, Json } from '../../graphql/scalars.js';
import { CallStatus } from '../call-log.js';

@InputType({ description: 'A call to record.' })
export class RecordCallLogInput {
  @Field(() => String, {
    nullable: true,
    description:
      'Makes it safe to send the call again: for 24 hours, the same call under the same key from the same caller records nothing and gives the call that was recorded first. Another call under the key is refused with IDEMPOTENCY_CONFLICT. Up to 255 characters.',
  })
  idempotencyKey?: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'The provider configuration (see llmConfig) that the call was made with.',
  })
  configId?: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'The prompt template that the call was made from; only old applications use one.',
  })
  templateId?: string | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'The group that the call is counted for; it must exist. A caller who is limited to groups must name one of these.',
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
      'Tokens that the provider counted for the call, 0 or more. When left out, it becomes the sum of promptTokens and completionTokens if both are given.',
  })
  tokensUsed?: number | null;

  @Field(() => Int, { nullable: true, description: 'Tokens of the prompt, 0 or more.' })
  promptTokens?: number | null;

  @Field(() => Int, { nullable: true, description: 'Tokens of the completion, 0 or more.' })
  completionTokens?: number | null;

  @Field(() => DateTime, { nullable: true, description: 'When the call was made; now when left out.' })
  callTime?: Timestamp | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'How long the call took, in milliseconds, 0 or more. In a row of recordCallLogs that comes as a variable, fractions are rounded.',
  })
  durationMs?: number | null;
}

import { Check, Entity, Index, ManyToOne, PrimaryKey, Property, Trigger } from '@mikro-orm/decorators/legacy';
import { BigIntType, JsonType } from '@mikro-orm/postgresql';
import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { type Timestamp, TimestampType } from '../database/timestamp.js';
import { BODY_COST, Costs } from '../graphql/limits/cost-hints.js';
import { DateTime, Json } from '../graphql/scalars.js';
import { Group } from '../groups/group.js';
import { MODEL_EXPRESSION } from './call-log-columns.js';

/** How a call ended; the values are those of the column status. */
export enum CallStatus {
  SUCCESS = 'success',
  ERROR = 'error',
}

registerEnumType(CallStatus, {
  name: 'CallStatus',
  description: 'How a call ended.',
  valuesConfig: {
    SUCCESS: { description: 'The model answered.' },
    ERROR: { description: 'The call failed; errorMessage says why.' },
  },
});

/** What a person would call the text of a call, in SQL. */
export const TEXT_EXPRESSION = 'llm_call_log_text(request_messages, response_content, response_data)';

/** An index that serves pages in the order of time, of all calls or of those that share one value. */
function keysetIndex(name: string, ...shared: string[]): { name: string; expression: string } {
  const columns = [...shared, 'call_time DESC', 'id DESC'].join(', ');
  return { name, expression: `CREATE INDEX ${name} ON llm_call_logs (${columns})` };
}

/** A trigger that keeps usage up to date, with the tables in which it sees what a statement wrote. */
function usageTrigger(event: 'insert' | 'update' | 'delete' | 'truncate', tables = '') {
  const name = `llm_usage_${event}`;
  const expression = `CREATE TRIGGER ${name} AFTER ${event.toUpperCase()} ON llm_call_logs${tables} FOR EACH STATEMENT EXECUTE FUNCTION llm_usage_keep()`;
  return { name, timing: 'after' as const, events: [event], forEach: 'statement' as const, expression };
}

/**
 * One call to a large language model: table llm_call_logs, one property a column.
 *
 * Reads give plain objects of this shape instead of instances, with only the selected properties.
 */
@Entity({ tableName: 'llm_call_logs' })
@Check({ name: 'llm_call_logs_status_check', expression: "status IN ('success', 'error')" })
@Index(keysetIndex('llm_call_logs_call_time_id_idx'))
@Index(keysetIndex('llm_call_logs_group_id_call_time_id_idx', 'group_id'))
@Index(keysetIndex('llm_call_logs_status_call_time_id_idx', 'status'))
@Index(keysetIndex('llm_call_logs_activation_code_call_time_id_idx', 'activation_code'))
@Index(keysetIndex('llm_call_logs_config_id_call_time_id_idx', 'config_id'))
@Index(keysetIndex('llm_call_logs_model_call_time_id_idx', `(${MODEL_EXPRESSION})`))
@Index({
  name: 'llm_call_logs_text_idx',
  expression: `CREATE INDEX llm_call_logs_text_idx ON llm_call_logs USING gin (${TEXT_EXPRESSION} gin_trgm_ops)`,
})
@Trigger(usageTrigger('insert', ' REFERENCING NEW TABLE AS added'))
@Trigger(usageTrigger('update', ' REFERENCING OLD TABLE AS removed NEW TABLE AS added'))
@Trigger(usageTrigger('delete', ' REFERENCING OLD TABLE AS removed'))
@Trigger(usageTrigger('truncate'))
@ObjectType({
  description:
    'One call to a large language model, as its caller logged it (table llm_call_logs; every column is a field).',
  simpleResolvers: true,
})
export class CallLog {
  @PrimaryKey({ type: new BigIntType('string'), autoincrement: true })
  @Field(() => ID, { description: 'Number of the call, given when it was recorded; up to 64 bits.' })
  id!: string;

  @Property({ type: 'integer', nullable: true })
  @Field(() => ID, {
    nullable: true,
    description: 'The provider configuration (see llmConfig) that the call was made with.',
  })
  configId!: number | null;

  @Property({ type: 'integer', nullable: true })
  @Field(() => ID, {
    nullable: true,
    description: 'The prompt template that the call was made from; only old calls have one.',
    deprecationReason: 'Templates are no longer used; the number is kept for the history of old calls.',
  })
  templateId!: number | null;

  @ManyToOne(() => Group, { mapToPk: true, fieldName: 'group_id', nullable: true, deleteRule: 'no action' })
  @Field(() => ID, { nullable: true, description: 'Number of the group that the call is counted for.' })
  groupId!: number | null;

  @Field(() => Group, { nullable: true, description: 'The group that the call is counted for.' })
  group!: Group | null;

  @Property({ type: 'string', length: 32, nullable: true })
  @Field(() => String, {
    nullable: true,
    description: 'The activation code of the customer who caused the call; up to 32 characters.',
  })
  activationCode!: string | null;

  @Costs({ each: BODY_COST })
  @Property({ type: JsonType })
  @Field(() => Json, {
    description: 'The messages sent to the model. Can be large: select it only where it is shown.',
  })
  requestMessages!: unknown;

  @Property({ type: JsonType, nullable: true })
  @Field(() => Json, {
    nullable: true,
    description: 'The other parameters of the request, such as model and temperature.',
  })
  requestParams!: unknown;

  @Costs({ each: BODY_COST })
  @Property({ type: 'text', nullable: true })
  @Field(() => String, {
    nullable: true,
    description: 'The text that the model answered. Can be large: select it only where it is shown.',
  })
  responseContent!: string | null;

  @Costs({ each: BODY_COST })
  @Property({ type: JsonType, nullable: true })
  @Field(() => Json, {
    nullable: true,
    description: 'The whole answer of the provider. Can be large: select it only where it is shown.',
  })
  responseData!: unknown;

  @Property({ type: 'string', length: 20 })
  @Field(() => CallStatus, { description: 'Whether the model answered.' })
  status!: CallStatus;

  @Property({ type: 'text', nullable: true })
  @Field(() => String, { nullable: true, description: 'Why the call failed.' })
  errorMessage!: string | null;

  @Property({ type: 'integer', nullable: true })
  @Field(() => Int, {
    nullable: true,
    description: 'Tokens that the provider counted for the call, prompt and completion together.',
  })
  tokensUsed!: number | null;

  @Property({ type: 'integer', nullable: true })
  @Field(() => Int, { nullable: true, description: 'Tokens of the prompt.' })
  promptTokens!: number | null;

  @Property({ type: 'integer', nullable: true })
  @Field(() => Int, {
    nullable: true,
    description: 'Tokens of the completion, which is the answer of the model.',
  })
  completionTokens!: number | null;

  // Rows that another program gave no time are read by nothing.
  @Property({ type: new TimestampType(), nullable: true, defaultRaw: 'CURRENT_TIMESTAMP' })
  @Field(() => DateTime, { description: 'When the call was made.' })
  callTime!: Timestamp;

  @Property({ type: 'integer', nullable: true })
  @Field(() => Int, { nullable: true, description: 'How long the call took, in milliseconds.' })
  durationMs!: number | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The model that was called: the first 200 characters of "model" in requestParams or, if it is not there, in responseData.',
  })
  model!: string | null;
}

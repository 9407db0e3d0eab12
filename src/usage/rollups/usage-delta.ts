import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { ArrayType, BigIntType } from '@mikro-orm/postgresql';
import { type Timestamp, TimestampType } from '../../database/timestamp.js';

/** What one statement changed about some calls (table llm_usage_deltas); triggers of llm_call_logs append it. */
@Entity({
  tableName: 'llm_usage_deltas',
  comment:
    'What statements changed about the usage of calls: appended by triggers of llm_call_logs, moved into llm_usage_rollups by servers. Usage is the sum of both.',
})
export class UsageDelta {
  @PrimaryKey({ type: new BigIntType('string'), autoincrement: true, comment: 'Number of the change.' })
  id!: string;

  @Property({ type: new BigIntType('string'), comment: 'Number of the calls divided by 65,536.' })
  block!: string;

  @Property({ type: new TimestampType(), comment: 'The quarter hour, in UTC, in which the calls were made.' })
  bucket!: Timestamp;

  @Property({ type: 'string', length: 20, comment: 'Status of the calls.' })
  status!: string;

  @Property({ type: 'integer', nullable: true, comment: 'Group of the calls.' })
  groupId!: number | null;

  @Property({ type: 'text', nullable: true, comment: 'Model of the calls.' })
  model!: string | null;

  @Property({ type: 'integer', nullable: true, comment: 'Provider configuration of the calls.' })
  configId!: number | null;

  @Property({
    type: new BigIntType('string'),
    comment: 'Number of calls added; less than 0 where taken away.',
  })
  calls!: string;

  @Property({ type: new BigIntType('string'), comment: 'How many of them have tokens_used.' })
  tokensCounted!: string;

  @Property({ type: new BigIntType('string'), comment: 'Sum of their tokens_used.' })
  tokensUsed!: string;

  @Property({ type: new BigIntType('string'), comment: 'Sum of their prompt_tokens.' })
  promptTokens!: string;

  @Property({ type: new BigIntType('string'), comment: 'Sum of their completion_tokens.' })
  completionTokens!: string;

  @Property({ type: new BigIntType('string'), comment: 'How many of them have a duration.' })
  durationsCounted!: string;

  @Property({ type: new BigIntType('string'), comment: 'Sum of their durations, in milliseconds.' })
  durationMs!: string;

  @Property({
    type: ArrayType,
    columnType: 'smallint[]',
    comment: 'Of each duration, the bucket of the histogram that it falls into.',
  })
  durations!: number[];
}

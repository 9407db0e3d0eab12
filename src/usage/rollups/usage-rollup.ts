import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { ArrayType, BigIntType } from '@mikro-orm/postgresql';
import { type Timestamp, TimestampType } from '../../database/timestamp.js';

/** What the calls of a slice and a stretch of time add up to (table llm_usage_rollups). */
@Entity({
  tableName: 'llm_usage_rollups',
  comment: 'What calls add up to, by slice and stretch of time, without the changes in llm_usage_deltas.',
})
export class UsageRollup {
  @PrimaryKey({ type: 'integer', comment: 'The slice, of llm_usage_slices.' })
  sliceId!: number;

  @PrimaryKey({
    type: 'smallint',
    comment: 'Length of the bucket: 1 a quarter hour, 2 an hour, 3 four hours, 4 a day, 5 a month.',
  })
  unit!: number;

  @PrimaryKey({ type: new TimestampType(), comment: 'Where the bucket begins, in UTC.' })
  bucket!: Timestamp;

  @Property({ type: new BigIntType('string'), comment: 'Number of calls.' })
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
    comment: 'The buckets of a histogram of their durations in which there are calls.',
  })
  durationIndexes!: number[];

  @Property({ type: ArrayType, columnType: 'bigint[]', comment: 'How many calls are in each of those.' })
  durationCalls!: string[];
}

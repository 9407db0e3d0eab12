import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { BigIntType } from '@mikro-orm/postgresql';
import { TimestampType } from '../database/timestamp-type.js';
import type { Timestamp } from '../graphql/scalars.js';

/** Which call log a repeated recording answers (table llm_call_log_idempotency_keys). */
@Entity({ tableName: 'llm_call_log_idempotency_keys' })
export class IdempotencyKey {
  @PrimaryKey({ type: 'text' })
  key!: string;

  @Property({ type: new BigIntType('string') })
  callLogId!: string;

  @Property({ type: new TimestampType(), index: true })
  createdAt!: Timestamp;
}

import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { BigIntType } from '@mikro-orm/postgresql';
import { type Timestamp, TimestampType } from '../../database/timestamp.js';

/** Which call log a repeated recording answers (table llm_call_log_idempotency_keys). */
@Entity({
  tableName: 'llm_call_log_idempotency_keys',
  comment: 'Which call log a repeated recording answers; kept for 24 hours.',
})
export class IdempotencyKey {
  @PrimaryKey({ type: 'text', comment: 'Who recorded, a space, and the idempotencyKey of the recording.' })
  key!: string;

  @Property({ type: new BigIntType('string'), comment: 'The call log that was recorded.' })
  callLogId!: string;

  @Property({
    type: 'text',
    nullable: true,
    comment: 'Keyed hash of what was sent, which tells another call under the same key; null for any call.',
  })
  content!: string | null;

  @Property({ type: new TimestampType(), index: true, comment: 'When it was recorded.' })
  createdAt!: Timestamp;
}

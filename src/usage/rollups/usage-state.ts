import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { BigIntType } from '@mikro-orm/postgresql';
import { type Timestamp, TimestampType } from '../../database/timestamp.js';

/** How far the rollups have come (table llm_usage_state); one row. */
@Entity({
  tableName: 'llm_usage_state',
  comment: 'How far the rollups of usage have come; one row.',
})
export class UsageState {
  @PrimaryKey({ type: 'integer', autoincrement: false, comment: 'Always 1.' })
  id!: number;

  @Property({
    type: 'boolean',
    comment: 'Whether rollups and deltas hold every call; until then usage is read from llm_call_logs.',
  })
  complete!: boolean;

  @Property({
    type: new BigIntType('string'),
    nullable: true,
    comment: 'Where filling goes on: the block of calls that comes next, empty for the first.',
  })
  nextBlock!: string | null;

  @Property({
    type: new TimestampType(),
    nullable: true,
    comment: 'When the rollups were last compared with all calls.',
  })
  verifiedAt!: Timestamp | null;

  @Property({
    type: new BigIntType('string'),
    nullable: true,
    comment: 'How many rollups were wrong then.',
  })
  differences!: string | null;
}

import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Field, ID, ObjectType } from 'type-graphql';
import { type Timestamp, TimestampType } from '../database/timestamp.js';
import { DateTime } from '../graphql/scalars.js';

/** The provider API key in use (table llm_configs). The key itself has no @Field. */
@Entity({ tableName: 'llm_configs' })
@ObjectType({
  description: 'The provider API key in use (table llm_configs). The key itself is no field.',
  simpleResolvers: true,
})
export class LlmConfig {
  @PrimaryKey({ type: 'integer', autoincrement: true })
  @Field(() => ID, { description: 'Number of the configuration; calls refer to it as configId.' })
  id!: number;

  /** As it is stored: KeyVault opens it. */
  @Property({
    type: 'text',
    hidden: true,
    comment:
      'The key that calls to the provider are made with, encrypted unless it is stored for an older backend.',
  })
  apiKey!: string;

  @Property({ type: new TimestampType(), nullable: true, defaultRaw: 'CURRENT_TIMESTAMP' })
  @Field(() => DateTime, { description: 'When the key was last changed.' })
  updatedAt!: Timestamp;
}

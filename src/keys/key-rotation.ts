import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { BigIntType } from '@mikro-orm/postgresql';
import { Field, ID, ObjectType } from 'type-graphql';
import { type Timestamp, TimestampType } from '../database/timestamp.js';
import { DateTime } from '../graphql/scalars.js';

/** One change of the provider API key (table llm_key_rotations). Rows are only ever added. */
@Entity({ tableName: 'llm_key_rotations' })
@ObjectType({
  description: 'One change of the provider API key, for the audit trail.',
  simpleResolvers: true,
})
export class KeyRotation {
  @PrimaryKey({ type: new BigIntType('string'), autoincrement: true })
  @Field(() => ID, { description: 'Number of the rotation; later ones are higher.' })
  id!: string;

  @Property({ type: 'integer', comment: 'The configuration whose key was changed.' })
  configId!: number;

  @Property({ type: new TimestampType() })
  @Field(() => DateTime, { description: 'When the key was changed.' })
  rotatedAt!: Timestamp;

  @Property({ type: 'text' })
  @Field(() => String, { description: 'Who changed it: the name of the caller.' })
  rotatedBy!: string;

  @Property({ type: 'string', length: 16, nullable: true })
  @Field(() => String, {
    nullable: true,
    description: 'Fingerprint of the key before; null for the first key.',
  })
  previousFingerprint!: string | null;

  @Property({ type: 'string', length: 16 })
  @Field(() => String, { description: 'Fingerprint of the key after.' })
  newFingerprint!: string;

  @Property({ type: 'text', nullable: true })
  @Field(() => String, { nullable: true, description: 'Why the key was changed, in the words of who did.' })
  reason!: string | null;
}

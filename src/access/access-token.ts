import { Entity, Index, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { ArrayType, BigIntType } from '@mikro-orm/postgresql';
import { Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import { type Timestamp, TimestampType } from '../database/timestamp.js';
import { DateTime } from '../graphql/scalars.js';
import { Scope } from './scope.js';

registerEnumType(Scope, {
  name: 'Scope',
  description: 'What a caller may do.',
  valuesConfig: {
    LOGS_READ: { description: 'See calls, groups and usage; logs:read in a JWT.' },
    LOGS_WRITE: { description: 'Record calls; logs:write in a JWT.' },
    KEYS_READ: { description: 'Fetch the provider key itself; keys:read in a JWT.' },
    KEYS_ROTATE: {
      description: 'Put a new provider key into use, and see which is; keys:rotate in a JWT.',
    },
    ADMIN: {
      description:
        'All of the others but KEYS_READ, and make groups and access tokens; admin in a JWT. May hand out KEYS_READ.',
    },
  },
});

/**
 * A token of this server's own (table llm_access_tokens). What a caller sends is stored nowhere; its hash has no @Field,
 * and is read only where it is asked for.
 */
@Entity({ tableName: 'llm_access_tokens' })
@Index({
  name: 'llm_access_tokens_token_hash_key',
  expression:
    'CREATE UNIQUE INDEX llm_access_tokens_token_hash_key ON llm_access_tokens USING btree (token_hash)',
})
@ObjectType({
  description: 'An access token, which a program or a person calls with. The secret itself is not kept.',
  simpleResolvers: true,
})
export class AccessToken {
  @PrimaryKey({ type: new BigIntType('string'), autoincrement: true })
  @Field(() => ID, { description: 'Number of the token, for revokeAccessToken.' })
  id!: string;

  @Property({ type: 'text' })
  @Field(() => String, { description: 'Who or what calls with it; audit trails show this name.' })
  name!: string;

  @Property({
    type: 'string',
    length: 64,
    hidden: true,
    lazy: true,
    comment: 'SHA-256 of the token, 64 hex digits; the token itself is not stored.',
  })
  tokenHash!: string;

  @Property({ type: ArrayType, columnType: 'text[]' })
  @Field(() => [Scope], { description: 'What its bearer may do.' })
  scopes!: Scope[];

  @Property({ type: ArrayType, columnType: 'integer[]', nullable: true })
  @Field(() => [ID], {
    nullable: true,
    description: 'The only groups whose calls its bearer sees and records; null for all.',
  })
  groupIds!: number[] | null;

  @Property({ type: new TimestampType() })
  @Field(() => DateTime, { description: 'When it was made.' })
  createdAt!: Timestamp;

  @Property({ type: new TimestampType(), nullable: true })
  @Field(() => DateTime, {
    nullable: true,
    description: 'The moment from which it is refused; null for a token that does not expire.',
  })
  expiresAt!: Timestamp | null;

  @Property({ type: new TimestampType(), nullable: true })
  @Field(() => DateTime, {
    nullable: true,
    description: 'When it was last used, to the minute or so; null for one that never was.',
  })
  lastUsedAt!: Timestamp | null;

  @Property({ type: new TimestampType(), nullable: true })
  @Field(() => DateTime, {
    nullable: true,
    description: 'When it was revoked; null for one that was not. Servers refuse it within 5 seconds.',
  })
  revokedAt!: Timestamp | null;
}

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
      description:
        'Replace the provider key, and see which one is in use, but not the key itself; keys:rotate in a JWT.',
    },
    ADMIN: {
      description:
        'Do everything that the other scopes allow except KEYS_READ, and make groups and access tokens, also tokens with KEYS_READ; admin in a JWT.',
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
  description: 'The access token of a program or a person. The server keeps only a hash of its secret.',
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
    description: 'The groups whose calls its bearer may see and record; null for all groups.',
  })
  groupIds!: number[] | null;

  @Property({ type: new TimestampType() })
  @Field(() => DateTime, { description: 'When it was made.' })
  createdAt!: Timestamp;

  @Property({ type: new TimestampType(), nullable: true })
  @Field(() => DateTime, {
    nullable: true,
    description: 'When it expires; null when it never does.',
  })
  expiresAt!: Timestamp | null;

  @Property({ type: new TimestampType(), nullable: true })
  @Field(() => DateTime, {
    nullable: true,
    description: 'When it was last used, accurate to about a minute; null when it never was.',
  })
  lastUsedAt!: Timestamp | null;

  @Property({ type: new TimestampType(), nullable: true })
  @Field(() => DateTime, {
    nullable: true,
    description: 'When it was revoked; null when it was not. Every server refuses it within 5 seconds.',
  })
  revokedAt!: Timestamp | null;
}

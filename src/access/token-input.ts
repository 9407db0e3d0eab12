import { Field, ID, InputType, ObjectType } from 'type-graphql';
import type { Timestamp } from '../database/timestamp.js';
import { DateTime } from '../graphql/scalars.js';
import { AccessToken } from './access-token.js';
import { Scope } from './scope.js';

@InputType({ description: 'An access token to make.' })
export class CreateAccessTokenInput {
  @Field(() => String, {
    description: 'Who or what will call with it, for audit trails; from 1 to 255 characters.',
  })
  name!: string;

  @Field(() => [Scope], { description: 'What its bearer may do; at least one scope.' })
  scopes!: Scope[];

  @Field(() => [ID], {
    nullable: true,
    description:
      'The groups whose calls its bearer may see and record; all groups when left out. A caller who is limited to groups may name only these.',
  })
  groupIds?: string[] | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When it expires; it never does when this is left out.',
  })
  expiresAt?: Timestamp | null;
}

@ObjectType({ description: 'An access token that was made just now.', simpleResolvers: true })
export class CreatedAccessToken {
  @Field(() => String, {
    description:
      'What its bearer sends, as in "Authorization: Bearer lcl_…". Shown here and never again: the server keeps only a hash.',
  })
  secret!: string;

  @Field(() => AccessToken, { description: 'The token as it is listed.' })
  accessToken!: AccessToken;
}

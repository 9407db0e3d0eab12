import { Field, ID, ObjectType } from 'type-graphql';
import { Scope } from './scope.js';

@ObjectType({ description: 'Who is calling.', simpleResolvers: true })
export class Viewer {
  @Field(() => String, {
    description:
      'Name of the access token. For a JWT, it is the claim name or, if that is missing, email or then sub.',
  })
  name!: string;

  @Field(() => [Scope], { description: 'The scopes of the token.' })
  scopes!: Scope[];

  @Field(() => [ID], {
    nullable: true,
    description: 'The groups whose calls the caller may see and record; null for all groups.',
  })
  groupIds!: readonly string[] | null;
}

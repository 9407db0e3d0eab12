import { Field, ID, ObjectType } from 'type-graphql';
import { Scope } from './scope.js';

@ObjectType({ description: 'Who is calling.', simpleResolvers: true })
export class Viewer {
  @Field(() => String, {
    description: 'Name of the access token; of a JWT its claim name, else email, else sub.',
  })
  name!: string;

  @Field(() => [Scope], { description: 'What the token was granted.' })
  scopes!: Scope[];

  @Field(() => [ID], {
    nullable: true,
    description: 'The only groups whose calls the caller sees and records; null for all.',
  })
  groupIds!: readonly string[] | null;
}

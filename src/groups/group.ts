import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Field, ID, ObjectType } from 'type-graphql';

/** A team, product or customer that calls are counted for (table groups). */
@Entity({ tableName: 'groups' })
@ObjectType({
  description: 'A team, product or customer that calls are counted for (table groups).',
  simpleResolvers: true,
})
export class Group {
  @PrimaryKey({ type: 'integer', autoincrement: true })
  @Field(() => ID, { description: 'Number of the group, given when it was created.' })
  id!: number;

  @Property({ type: 'text' })
  @Field(() => String, { description: 'Name of the group, as people know it.' })
  name!: string;
}

import { Field, ObjectType } from 'type-graphql';
import { OnDemand } from '../graphql/on-demand.js';
import { PageInfo } from '../graphql/paging.js';
import { SafeInt } from '../graphql/scalars.js';
import { Group } from './group.js';

@ObjectType({ description: 'One group on a page.', simpleResolvers: true })
export class GroupEdge {
  @Field(() => String, { description: 'Marks the place of the group in the list, for after and before.' })
  cursor!: string;

  @Field(() => Group, { description: 'The group.' })
  node!: Group;
}

@ObjectType({ description: 'A page of the groups, by name and then by number.', simpleResolvers: true })
export class GroupConnection {
  @OnDemand()
  @Field(() => [GroupEdge], { description: 'The groups of the page, each with its cursor.' })
  edges!: () => Promise<GroupEdge[]>;

  @OnDemand()
  @Field(() => [Group], { description: 'The groups of the page.' })
  nodes!: () => Promise<Group[]>;

  @Field(() => PageInfo, { description: 'Where the page lies in the list.' })
  pageInfo!: PageInfo;

  @OnDemand()
  @Field(() => SafeInt, {
    description: 'Number of groups on all pages together; counted only when selected.',
  })
  totalCount!: () => Promise<number>;
}

import { Field, ObjectType } from 'type-graphql';
import { Costs, SCAN } from '../graphql/limits/cost-hints.js';
import type { JsonText } from '../graphql/json-text.js';
import { OnDemand } from '../graphql/on-demand.js';
import { PageInfo } from '../graphql/paging.js';
import { SafeInt } from '../graphql/scalars.js';
import { Slice } from '../usage/slice.js';
import { CallLog } from './call-log.js';

@ObjectType({ description: 'One call on a page.', simpleResolvers: true })
export class CallLogEdge {
  @Field(() => String, { description: 'Marks the place of the call in the list, for after and before.' })
  cursor!: string;

  @Field(() => CallLog, { description: 'The call.' })
  node!: CallLog;
}

@ObjectType({ description: 'A page of the calls that a filter selects.', simpleResolvers: true })
export class CallLogConnection {
  @OnDemand()
  @Field(() => [CallLogEdge], { description: 'The calls of the page, each with its cursor.' })
  edges!: () => Promise<CallLogEdge[]>;

  @OnDemand()
  @Field(() => [CallLog], { description: 'The calls of the page.' })
  nodes!: () => Promise<CallLog[] | JsonText>;

  @Field(() => PageInfo, { description: 'Where the page lies in the list.' })
  pageInfo!: PageInfo;

  @OnDemand()
  @Costs({ once: SCAN })
  @Field(() => SafeInt, { description: 'Number of calls on all pages together; counted only when selected.' })
  totalCount!: () => Promise<number>;

  @OnDemand()
  @Field(() => Slice, { description: 'The usage of the same filter, not of the page.' })
  usage!: () => Slice;
}

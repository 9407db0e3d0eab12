import { ArgsType, Field, ObjectType } from 'type-graphql';
import { MayBePrinted, type PrintedList } from '../graphql/answer/printed-list.js';
import { OnDemand } from '../graphql/on-demand.js';
import { PageArgs, PageInfo } from '../graphql/paging.js';
import type { Group } from '../groups/group.js';
import { CallLog } from './call-log.js';
import { CallLogOrder } from './call-log-order.js';
import { CallLogFilter } from './filter-input.js';

/** Arguments of every list of calls. */
@ArgsType()
export class CallLogPageArgs extends PageArgs {
  @Field(() => CallLogFilter, { nullable: true, description: 'Which calls; all when left out.' })
  filter?: CallLogFilter | null;

  @Field(() => CallLogOrder, { defaultValue: CallLogOrder.CALL_TIME_DESC, description: 'Order of the list.' })
  orderBy!: CallLogOrder;
}

/** Which calls a list is of. */
export interface SelectedCalls {
  filter?: CallLogFilter | null | undefined;
  /** The only group whose calls count. */
  group?: Group;
}

@ObjectType({ description: 'One call on a page.', simpleResolvers: true })
export class CallLogEdge {
  @Field(() => String, { description: 'Marks the place of the call in the list, for after and before.' })
  cursor!: string;

  @Field(() => CallLog, { description: 'The call.' })
  node!: CallLog;
}

@ObjectType({ description: 'A page of the calls that a filter selects.', simpleResolvers: true })
export class CallLogConnection {
  /** On all pages together. */
  selectedCalls!: SelectedCalls;

  @OnDemand()
  @Field(() => [CallLogEdge], { description: 'The calls of the page, each with its cursor.' })
  edges!: () => Promise<CallLogEdge[]>;

  @MayBePrinted()
  @Field(() => [CallLog], { description: 'The calls of the page.' })
  nodes!: () => Promise<CallLog[] | PrintedList>;

  @Field(() => PageInfo, { description: 'Where the page lies in the list.' })
  pageInfo!: PageInfo;
}

import { ArgsType, Field } from 'type-graphql';
import { PageArgs } from '../graphql/paging.js';
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

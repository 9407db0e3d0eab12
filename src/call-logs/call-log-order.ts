import { sql } from 'kysely';
import { registerEnumType } from 'type-graphql';
import type { KeysetOrder } from '../graphql/keyset.js';

/** Orders of a list of calls. */
export enum CallLogOrder {
  CALL_TIME_DESC = 'CALL_TIME_DESC',
  CALL_TIME_ASC = 'CALL_TIME_ASC',
  TOKENS_USED_DESC = 'TOKENS_USED_DESC',
  TOKENS_USED_ASC = 'TOKENS_USED_ASC',
  DURATION_MS_DESC = 'DURATION_MS_DESC',
  DURATION_MS_ASC = 'DURATION_MS_ASC',
}

registerEnumType(CallLogOrder, {
  name: 'CallLogOrder',
  description:
    'Orders of a list of calls. Ties are broken by id in the same direction; rows with no value come last.',
  valuesConfig: {
    CALL_TIME_DESC: { description: 'Newest first.' },
    CALL_TIME_ASC: { description: 'Oldest first.' },
    TOKENS_USED_DESC: { description: 'Most tokens first.' },
    TOKENS_USED_ASC: { description: 'Fewest tokens first.' },
    DURATION_MS_DESC: { description: 'Longest first.' },
    DURATION_MS_ASC: { description: 'Shortest first.' },
  },
});

/** How the database is asked for an order. */
export function keysetOrder(order: CallLogOrder): KeysetOrder {
  const descending = order.endsWith('_DESC');
  const common = { name: order, descending };
  switch (order) {
    case CallLogOrder.CALL_TIME_DESC:
    case CallLogOrder.CALL_TIME_ASC:
      return { ...common, value: sql`call_time`, property: 'callTime', type: 'timestamp', nullable: false };
    case CallLogOrder.TOKENS_USED_DESC:
    case CallLogOrder.TOKENS_USED_ASC:
      return { ...common, value: sql`tokens_used`, property: 'tokensUsed', type: 'integer', nullable: true };
    case CallLogOrder.DURATION_MS_DESC:
    case CallLogOrder.DURATION_MS_ASC:
      return { ...common, value: sql`duration_ms`, property: 'durationMs', type: 'integer', nullable: true };
  }
}

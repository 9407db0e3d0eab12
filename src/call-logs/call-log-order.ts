import { sql } from 'kysely';
import { registerEnumType } from 'type-graphql';
import type { KeysetOrder } from '../graphql/keyset.js';
import { CALL_LOG_COLUMNS, TYPE_OF_KIND } from './call-log-columns.js';

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
    'The order of a list of calls. Ties are broken by id in the same direction; calls without a value come last.',
  valuesConfig: {
    CALL_TIME_DESC: { description: 'Newest first.' },
    CALL_TIME_ASC: { description: 'Oldest first.' },
    TOKENS_USED_DESC: { description: 'Most tokens first.' },
    TOKENS_USED_ASC: { description: 'Fewest tokens first.' },
    DURATION_MS_DESC: { description: 'Longest first.' },
    DURATION_MS_ASC: { description: 'Shortest first.' },
  },
});

const ORDERED_BY = {
  [CallLogOrder.CALL_TIME_DESC]: 'callTime',
  [CallLogOrder.CALL_TIME_ASC]: 'callTime',
  [CallLogOrder.TOKENS_USED_DESC]: 'tokensUsed',
  [CallLogOrder.TOKENS_USED_ASC]: 'tokensUsed',
  [CallLogOrder.DURATION_MS_DESC]: 'durationMs',
  [CallLogOrder.DURATION_MS_ASC]: 'durationMs',
} as const satisfies Record<CallLogOrder, keyof typeof CALL_LOG_COLUMNS>;

/** How the database is asked for an order. */
export function keysetOrder(order: CallLogOrder): KeysetOrder {
  const property = ORDERED_BY[order];
  const { sql: column, kind, nullable } = CALL_LOG_COLUMNS[property];
  const descending = order.endsWith('_DESC');
  return { name: order, value: sql.raw(column), property, type: TYPE_OF_KIND[kind], descending, nullable };
}

import { sql, type RawBuilder } from 'kysely';
import type { Dimension } from './rollups/dimensions.js';
import type { Family } from './slice.js';
import { UsageOrder } from './usage-types.js';

/** How slices are split into parts, and which of those are wanted. */
export interface Split {
  by: Dimension;
  /** How many parts of each slice at the most. */
  top: number;
  orderBy: UsageOrder;
}

const ORDER_VALUES = {
  [UsageOrder.TOKENS_USED_DESC]: sql`"tokensUsed"`,
  [UsageOrder.CALLS_DESC]: sql`"calls"`,
  [UsageOrder.ERRORS_DESC]: sql`"errors"`,
};

/**
 * Selects the largest parts of each slice, each with its rank; of groups, with their name as "groupName".
 *
 * @param parts a statement that gives the totals of all parts
 */
export function selectLargest(
  parts: RawBuilder<Record<string, unknown>>,
  { dimensions }: Family,
  { by, top, orderBy }: Split,
): RawBuilder<Record<string, unknown>> {
  const slice = [sql`"rangeIndex"`, ...dimensions.map((_, index) => sql.ref(`key${index}`))];
  const key = sql.ref(`key${dimensions.length}`);
  const ranked = sql`
    SELECT parts.*, row_number() OVER (
      PARTITION BY ${sql.join(slice)} ORDER BY ${ORDER_VALUES[orderBy]} DESC, ${key}
    ) AS rank
    FROM (${parts}) AS parts`;
  // Ranked before groups are named, as few of many may be wanted.
  return sql`
    SELECT ranked.*${by === 'group' ? sql`, groups.name AS "groupName"` : sql``}
    FROM (${ranked}) AS ranked
    ${by === 'group' ? sql`LEFT JOIN groups ON groups.id = ${key}` : sql``}
    WHERE ranked.rank <= ${top}`;
}

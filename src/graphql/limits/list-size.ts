import type { GraphQLField } from 'graphql';
import { memo } from '../memo.js';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from '../paging.js';
import type { ArgumentReader } from './cost-hints.js';

const SIZES = ['first', 'last', 'top'];

const takesSize = memo((field: GraphQLField<unknown, unknown>) =>
  field.args.some(({ name }) => SIZES.includes(name)),
);

/**
 * How many items the arguments of a field ask for; undefined where it has no argument for that. A number that the field
 * will refuse counts as the nearest one that it accepts.
 */
export function sizeOf(field: GraphQLField<unknown, unknown>, argument: ArgumentReader): number | undefined {
  if (!takesSize(field)) return undefined;
  const asked = SIZES.map(argument).find((size) => typeof size === 'number') ?? DEFAULT_PAGE_SIZE;
  return Math.min(Math.max(asked, 0), MAX_PAGE_SIZE);
}

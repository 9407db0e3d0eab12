import type { GraphQLField } from 'graphql';
import { memo } from '../memo.js';
import { DEFAULT_PAGE, MAX_PAGE } from '../paging.js';
import type { ArgumentReader } from './cost-hints.js';

const SIZES = ['first', 'last', 'top'];

const takesSize = memo((field: GraphQLField<unknown, unknown>) =>
  field.args.some(({ name }) => SIZES.includes(name)),
);

/**
 * How many items a field is asked for that has an argument for it; undefined where it has none. A number that
 * the field is going to refuse counts as the nearest that it takes.
 */
export function sizeOf(field: GraphQLField<unknown, unknown>, argument: ArgumentReader): number | undefined {
  if (!takesSize(field)) return undefined;
  const asked = SIZES.map(argument).find((size) => typeof size === 'number') ?? DEFAULT_PAGE;
  return Math.min(Math.max(asked, 0), MAX_PAGE);
}

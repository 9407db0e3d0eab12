import { badUserInput } from '../graphql/errors.js';
import type { CallLogFilter } from './filter-input.js';

/** A statement takes 65,535 values; a filter can stand in it once for each of {@link MAX_TOGETHER} groups. */
const MAX_CONDITIONS = 500;

/** Most queries to put into one statement. */
export const MAX_TOGETHER = 100;

/** @throws BAD_USER_INPUT for a filter of more conditions than a statement can hold; lists count once */
export function refuseLongFilter(filter: CallLogFilter): void {
  let conditions = 0;
  // Not by recursion: how deep it may be is looked at later.
  const rest: (CallLogFilter | null)[] = [filter];
  for (let part = rest.pop(); part !== undefined; part = rest.pop()) {
    const { and, or, not, ...fields } = part ?? {};
    for (const one of and ?? []) rest.push(one);
    for (const one of or ?? []) rest.push(one);
    if (not) rest.push(not);
    for (const condition of Object.values(fields)) {
      conditions += condition !== null && typeof condition === 'object' ? Object.keys(condition).length : 1;
    }
    if (conditions > MAX_CONDITIONS) {
      throw badUserInput(
        'filter',
        `must have at most ${MAX_CONDITIONS} conditions; use in for many values.`,
        {
          limit: MAX_CONDITIONS,
        },
      );
    }
  }
}

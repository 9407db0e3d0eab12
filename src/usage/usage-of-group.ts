import type { CallLogFilter } from '../call-logs/filter-input.js';
import { selectCalls } from '../call-logs/selection.js';
import type { Context } from '../graphql/context.js';
import type { Group } from '../groups/group.js';
import { Family, Slice } from './slice.js';

/** The usage of one group. Groups that are asked for with the same filter share the statements. */
export function usageOfGroup(
  context: Context,
  group: Group,
  filter: CallLogFilter | null | undefined,
): Slice {
  const families = context.once(familiesByFilter);
  const name = JSON.stringify(filter ?? null);
  let family = families.get(name);
  if (!family) {
    const { predicate, range } = selectCalls(filter, context.caller.groupIds);
    family = new Family(context.sql, predicate, [range], ['group']);
    families.set(name, family);
  }
  return new Slice(family, 0, [String(group.id)]);
}

function familiesByFilter(): Map<string, Family> {
  return new Map();
}

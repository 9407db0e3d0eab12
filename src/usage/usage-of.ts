import type { CallLogFilter } from '../call-logs/filter-input.js';
import { selectCalls } from '../call-logs/selection.js';
import type { Context } from '../graphql/context.js';
import type { Group } from '../groups/group.js';
import { Family, Slice, type Dimension, type UsageReader } from './slice.js';

/** The usage of what a filter selects. Slices that are asked for with the same filter share the statements. */
export function usageOfFilter(context: Context, filter: CallLogFilter | null | undefined): Slice {
  return new Slice(familyOf(context, filter, []), 0, []);
}

/** The usage of one group. Groups that are asked for with the same filter share the statements. */
export function usageOfGroup(
  context: Context,
  group: Group,
  filter: CallLogFilter | null | undefined,
): Slice {
  return new Slice(familyOf(context, filter, ['group']), 0, [String(group.id)]);
}

function familyOf(
  context: Context,
  filter: CallLogFilter | null | undefined,
  dimensions: readonly Dimension[],
): Family {
  const families = context.once(familiesByFilter);
  const name = JSON.stringify([dimensions, filter ?? null]);
  let family = families.get(name);
  if (!family) {
    const selection = selectCalls(filter, context.caller.groupIds);
    family = new Family(context.once(usageReader), selection, [selection.range], dimensions);
    families.set(name, family);
  }
  return family;
}

function familiesByFilter(): Map<string, Family> {
  return new Map();
}

/** Reads usage for one request. */
export function usageReader({ sql }: Context): UsageReader {
  return { sql, sources: [] };
}

import type { CallerContext } from '../access/caller.js';
import type { SelectedCalls } from '../call-logs/call-log-connection.js';
import { selectCalls } from '../call-logs/selection.js';
import type { Dimension } from './rollups/dimensions.js';
import { Family, Slice } from './slice.js';
import { usageReader } from './usage-reader.js';

/** The usage of some calls. Slices of the same filter share their statements, also those of different groups. */
export function usageOf(context: CallerContext, { filter, group }: SelectedCalls): Slice {
  return group
    ? new Slice(familyOf(context, filter, ['group']), 0, [String(group.id)])
    : new Slice(familyOf(context, filter, []), 0, []);
}

function familyOf(
  context: CallerContext,
  filter: SelectedCalls['filter'],
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

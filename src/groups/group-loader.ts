import DataLoader from 'dataloader';
import type { CallerContext } from '../access/caller.js';
import { Group } from './group.js';

/** Loads groups by number, all that are asked for at one time with one statement; null for a group that is not there. */
export function groupLoader(context: CallerContext): DataLoader<number, Group | null> {
  return new DataLoader(async (ids) => {
    // Named, so that a column that is gone is an error of the statement and not a value that is missing.
    const groups = await context.em.find(Group, { id: { $in: ids } }, { fields: ['id', 'name'] });
    const byId = new Map(groups.map((group) => [group.id, group]));
    return ids.map((id) => byId.get(id) ?? null);
  });
}

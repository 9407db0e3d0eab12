import DataLoader from 'dataloader';
import { sql } from 'kysely';
import type { CallerContext } from '../access/caller.js';
import type { Group } from './group.js';

/**
 * Loads groups by number, all that are asked for at one time with one statement; null for a group that is
 * not there. Plain rows: to hydrate entities would cost more than the rest of a page.
 */
export function groupLoader(context: CallerContext): DataLoader<number, Group | null> {
  return new DataLoader(async (ids) => {
    const query = sql<Group>`SELECT id, name FROM groups WHERE id = ANY(${ids}::integer[])`;
    const { rows } = await query.execute(context.sql);
    const byId = new Map(rows.map((group) => [group.id, group]));
    return ids.map((id) => byId.get(id) ?? null);
  });
}

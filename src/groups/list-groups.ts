import { sql } from 'kysely';
import { connectionOf } from '../graphql/connection.js';
import type { CallerContext } from '../access/caller.js';
import type { KeysetOrder } from '../graphql/keyset.js';
import { parsePage, type PageArgs } from '../graphql/paging.js';
import type { Group } from './group.js';
import type { GroupConnection } from './group-connection.js';

const BY_NAME: KeysetOrder = {
  name: 'NAME',
  value: sql`name`,
  property: 'name',
  type: 'text',
  descending: false,
  nullable: false,
};

/**
 * A page of the groups that the caller may see, by name and then by number. It is SQL, as every page is: cursors of
 * MikroORM's are not signed.
 *
 * @throws BAD_USER_INPUT for arguments that make no page
 */
export function listGroups(context: CallerContext, args: PageArgs): GroupConnection {
  const { groupIds } = context.caller;
  const visible = groupIds ? sql`id = ANY(${groupIds}::bigint[])` : sql`true`;
  const connection = connectionOf(
    parsePage(args, context.pageSize),
    BY_NAME,
    context.cursors,
    async (what) => {
      const where = sql.join([visible, ...what.conditions], sql` AND `);
      const query = sql<Group>`
      SELECT id, name FROM groups
      WHERE ${where} ORDER BY ${what.order} LIMIT ${what.limit}`;
      return (await query.execute(context.sql)).rows;
    },
  );
  return {
    ...connection,
    totalCount: async () => {
      const query = sql<{ groups: string }>`SELECT count(*) AS groups FROM groups WHERE ${visible}`;
      return Number((await query.execute(context.sql)).rows[0]?.groups);
    },
  };
}

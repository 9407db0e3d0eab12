import { LAST_30_DAYS } from '../database/period.js';
import type { Case } from './case.js';
import { ourFilter, postgraphileFilter } from './usage-answers.js';

const GROUPS = 100;

/** What the last thirty days of one group add up to. */
interface GroupUsage {
  name: string;
  calls: number;
  tokensUsed: number;
}

interface OurGroup {
  name: string;
  usage: { totals: { calls: number; tokensUsed: number } };
}

interface PostgraphileGroup {
  name: string;
  llmCallLogsByGroupId: { totalCount: number; aggregates: { sum: { tokensUsed: string } } };
}

/** The usage of each group of a page of groups: where servers send a statement for each, unless they batch. */
export const usageOfGroups: Case = {
  name: 'usage of each of 100 groups',
  clients: 1,
  ours: {
    query: `{
      groups(first: ${GROUPS}) {
        nodes { name usage(${ourFilter(LAST_30_DAYS)}) { totals { calls tokensUsed } } }
      }
    }`,
    figures: ({ groups }: { groups: { nodes: OurGroup[] } }) =>
      groups.nodes.map(({ name, usage }): GroupUsage => ({ name, ...usage.totals })),
  },
  postgraphile: {
    query: `{
      allGroups(first: ${GROUPS}, orderBy: [NAME_ASC, ROW_ID_ASC]) {
        nodes {
          name
          llmCallLogsByGroupId(${postgraphileFilter(LAST_30_DAYS)}) { totalCount aggregates { sum { tokensUsed } } }
        }
      }
    }`,
    figures: ({ allGroups }: { allGroups: { nodes: PostgraphileGroup[] } }) =>
      allGroups.nodes.map(({ name, llmCallLogsByGroupId: { totalCount, aggregates } }): GroupUsage => ({
        name,
        calls: totalCount,
        tokensUsed: Number(aggregates.sum.tokensUsed),
      })),
  },
  bare: async (pool) => {
    const { rows } = await pool.query<GroupUsage>({
      name: 'usage of groups',
      text: `
        SELECT name, count(llm_call_logs.id)::double precision AS "calls",
          coalesce(sum(tokens_used), 0)::double precision AS "tokensUsed"
        FROM (SELECT id, name FROM groups ORDER BY name, id LIMIT ${GROUPS}) AS page
        LEFT JOIN llm_call_logs ON group_id = page.id AND call_time >= $1::timestamp AND call_time < $2::timestamp
        GROUP BY page.id, name
        ORDER BY name, page.id`,
      values: [LAST_30_DAYS.from, LAST_30_DAYS.to],
    });
    return rows;
  },
  targets: [],
};

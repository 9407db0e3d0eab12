import { GROUP_COUNT } from '../database/generate-calls.js';
import { YEAR } from '../database/period.js';
import type { Case } from './case.js';
import { byTokens, ourFilter, postgraphileFilter, toPart, type Grouped, type Part } from './usage-answers.js';

interface OurPart {
  group: { id: string };
  usage: { totals: { calls: number; tokensUsed: number } };
}

export const callsAndTokensByGroup: Case = {
  name: 'calls and tokens by group over a year',
  clients: 1,
  ours: {
    query: `{
      usage(${ourFilter(YEAR)}) {
        byGroup(top: ${GROUP_COUNT}) { group { id } usage { totals { calls tokensUsed } } }
      }
    }`,
    figures: ({ usage }: { usage: { byGroup: OurPart[] } }) =>
      usage.byGroup.map(({ group, usage: { totals } }): Part => ({ key: group.id, ...totals })),
  },
  postgraphile: {
    // Of a group's calls, the plugin counts no more than distinct values.
    query: `{
      allLlmCallLogs(${postgraphileFilter(YEAR)}) {
        groupedAggregates(groupBy: [GROUP_ID]) { keys distinctCount { rowId } sum { tokensUsed } }
      }
    }`,
    figures: ({ allLlmCallLogs }: { allLlmCallLogs: { groupedAggregates: Grouped[] } }) =>
      allLlmCallLogs.groupedAggregates.map(toPart).sort(byTokens),
  },
  bare: async (pool) => {
    const { rows } = await pool.query<Part>({
      name: 'by group',
      text: `
        SELECT group_id::text AS "key", count(*)::double precision AS "calls",
          sum(tokens_used)::double precision AS "tokensUsed"
        FROM llm_call_logs
        WHERE call_time >= $1::timestamp AND call_time < $2::timestamp
        GROUP BY group_id
        ORDER BY "tokensUsed" DESC, group_id`,
      values: [YEAR.from, YEAR.to],
    });
    return rows;
  },
  targets: [{ figure: 'times faster than PostGraphile', atLeast: 100 }],
};

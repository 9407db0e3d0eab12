import type { Pool } from 'pg';
import { LAST_30_DAYS, PREVIOUS_30_DAYS } from '../database/period.js';
import type { Case } from './case.js';
import { series } from './daily-series.js';
import {
  byTokens,
  ourFilter,
  ourPoint,
  postgraphileFilter,
  postgraphilePoints,
  toPart,
  type Grouped,
  type OurBucket,
  type Part,
  type Stretch,
} from './usage-answers.js';

const TOP = 10;

interface Totals {
  calls: number;
  tokensUsed: number;
}

interface OurUsage {
  totals: Totals;
  previous: { totals: Totals };
  series: OurBucket[];
  byGroup: { group: { name: string }; usage: { totals: Totals } }[];
  byModel: { model: string; usage: { totals: Totals } }[];
  byStatus: { status: string; usage: { totals: Totals } }[];
}

interface PostgraphileTotals {
  totalCount: number;
  aggregates: { sum: { tokensUsed: string } };
}

interface PostgraphileAnswer {
  now: PostgraphileTotals & Record<'series' | 'byGroup' | 'byModel' | 'byStatus', Grouped[]>;
  previous: PostgraphileTotals;
  allGroups: { nodes: { rowId: number; name: string }[] };
}

const PARTS = 'keys distinctCount { rowId } sum { tokensUsed }';

/** One request: totals of thirty days, and of the thirty before; by day; the top ten groups; by model; by status. */
export const dashboard: Case = {
  name: 'dashboard of 30 days, in one request',
  clients: 1,
  ours: {
    query: `{
      usage(${ourFilter(LAST_30_DAYS)}) {
        totals { calls tokensUsed }
        previous { totals { calls tokensUsed } }
        series(interval: DAY) { start usage { totals { tokensUsed } } }
        byGroup(top: ${TOP}) { group { name } usage { totals { calls tokensUsed } } }
        byModel { model usage { totals { calls tokensUsed } } }
        byStatus { status usage { totals { calls tokensUsed } } }
      }
    }`,
    figures: ({ usage }: { usage: OurUsage }) => ({
      totals: usage.totals,
      previous: usage.previous.totals,
      series: usage.series.map(ourPoint),
      byGroup: usage.byGroup.map(({ group, usage: { totals } }): Part => ({ key: group.name, ...totals })),
      byModel: usage.byModel.map(({ model, usage: { totals } }): Part => ({ key: model, ...totals })),
      byStatus: usage.byStatus.map(({ status, usage: { totals } }): Part => ({
        key: status.toLowerCase(),
        ...totals,
      })),
    }),
  },
  postgraphile: {
    query: `{
      now: allLlmCallLogs(${postgraphileFilter(LAST_30_DAYS)}) {
        totalCount
        aggregates { sum { tokensUsed } }
        series: groupedAggregates(groupBy: [CALL_TIME_TRUNCATED_TO_DAY]) { keys sum { tokensUsed } }
        byGroup: groupedAggregates(groupBy: [GROUP_ID]) { ${PARTS} }
        byModel: groupedAggregates(groupBy: [REQUEST_PARAMS_MODEL]) { ${PARTS} }
        byStatus: groupedAggregates(groupBy: [STATUS]) { ${PARTS} }
      }
      previous: allLlmCallLogs(${postgraphileFilter(PREVIOUS_30_DAYS)}) {
        totalCount
        aggregates { sum { tokensUsed } }
      }
      allGroups { nodes { rowId name } }
    }`,
    figures: ({ now, previous, allGroups }: PostgraphileAnswer) => {
      const names = new Map(allGroups.nodes.map(({ rowId, name }) => [String(rowId), name]));
      const top = now.byGroup.map(toPart).sort(byTokens).slice(0, TOP);
      return {
        totals: toTotals(now),
        previous: toTotals(previous),
        series: postgraphilePoints(now.series),
        byGroup: top.map((part) => ({ ...part, key: names.get(part.key) })),
        byModel: now.byModel.map(toPart).sort(byTokens),
        byStatus: now.byStatus.map(toPart).sort(byTokens),
      };
    },
  },
  bare: async (pool) => {
    const [totals, previous, days, byGroup, byModel, byStatus] = await Promise.all([
      totalsOf(pool, LAST_30_DAYS),
      totalsOf(pool, PREVIOUS_30_DAYS),
      series(pool, LAST_30_DAYS, 'UTC'),
      partsBy(pool, 'groups.name', 'JOIN groups ON groups.id = group_id', TOP),
      partsBy(pool, "request_params ->> 'model'"),
      partsBy(pool, 'status'),
    ]);
    return { totals, previous, series: days, byGroup, byModel, byStatus };
  },
  targets: [{ figure: 'milliseconds', atMost: 25 }],
};

function toTotals({ totalCount, aggregates }: PostgraphileTotals): Totals {
  return { calls: totalCount, tokensUsed: Number(aggregates.sum.tokensUsed) };
}

const COLUMNS = `
  count(*)::double precision AS "calls", coalesce(sum(tokens_used), 0)::double precision AS "tokensUsed"`;
const WITHIN = 'call_time >= $1::timestamp AND call_time < $2::timestamp';

async function totalsOf(pool: Pool, { from, to }: Stretch): Promise<Totals | undefined> {
  const text = `SELECT ${COLUMNS} FROM llm_call_logs WHERE ${WITHIN}`;
  const { rows } = await pool.query<Totals>({ name: 'totals of a stretch', text, values: [from, to] });
  return rows[0];
}

async function partsBy(pool: Pool, key: string, join = '', top = 100): Promise<Part[]> {
  const { rows } = await pool.query<Part>({
    name: `parts by ${key}`,
    text: `
      SELECT ${key} AS "key", ${COLUMNS}
      FROM llm_call_logs ${join}
      WHERE ${WITHIN}
      GROUP BY 1
      ORDER BY "tokensUsed" DESC
      LIMIT ${top}`,
    values: [LAST_30_DAYS.from, LAST_30_DAYS.to],
  });
  return rows;
}

import type { Case } from './case.js';

interface Totals {
  calls: number;
  tokensUsed: number;
  promptTokens: number;
  completionTokens: number;
  averageDurationMs: number;
}

interface PostgraphileAnswer {
  allLlmCallLogs: {
    totalCount: number;
    aggregates: {
      sum: { tokensUsed: string; promptTokens: string; completionTokens: string };
      average: { durationMs: string };
    };
  };
}

export const totalsOverEverything: Case = {
  name: 'totals over everything',
  clients: 1,
  ours: {
    query: '{ usage { totals { calls tokensUsed promptTokens completionTokens averageDurationMs } } }',
    figures: ({ usage }: { usage: { totals: Totals } }) => rounded(usage.totals),
  },
  postgraphile: {
    query: `{
      allLlmCallLogs {
        totalCount
        aggregates { sum { tokensUsed promptTokens completionTokens } average { durationMs } }
      }
    }`,
    figures: ({ allLlmCallLogs: { totalCount, aggregates } }: PostgraphileAnswer) =>
      rounded({
        calls: totalCount,
        tokensUsed: Number(aggregates.sum.tokensUsed),
        promptTokens: Number(aggregates.sum.promptTokens),
        completionTokens: Number(aggregates.sum.completionTokens),
        averageDurationMs: Number(aggregates.average.durationMs),
      }),
  },
  bare: async (pool) => {
    const { rows } = await pool.query<Totals>({
      name: 'totals',
      text: `
        SELECT count(*)::double precision AS "calls", sum(tokens_used)::double precision AS "tokensUsed",
          sum(prompt_tokens)::double precision AS "promptTokens",
          sum(completion_tokens)::double precision AS "completionTokens",
          avg(duration_ms)::double precision AS "averageDurationMs"
        FROM llm_call_logs`,
    });
    return rows.map(rounded)[0];
  },
  targets: [{ figure: 'times faster than PostGraphile', atLeast: 100 }],
};

/** The last digits of an average depend on how it was divided. */
function rounded({ averageDurationMs, ...whole }: Totals): Totals {
  return { ...whole, averageDurationMs: Number(averageDurationMs.toFixed(6)) };
}

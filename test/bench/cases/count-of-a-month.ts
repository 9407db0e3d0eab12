import { MONTH } from '../database/period.js';
import type { Case } from './case.js';
import { ourFilter, postgraphileFilter } from './usage-answers.js';

export const countOfAMonth: Case = {
  name: 'number of calls in a month',
  clients: 1,
  ours: {
    query: `{ callLogs(${ourFilter(MONTH)}) { totalCount } }`,
    figures: ({ callLogs }: { callLogs: { totalCount: number } }) => callLogs,
  },
  postgraphile: {
    query: `{ allLlmCallLogs(${postgraphileFilter(MONTH)}) { totalCount } }`,
    figures: ({ allLlmCallLogs }: { allLlmCallLogs: { totalCount: number } }) => allLlmCallLogs,
  },
  bare: async (pool) => {
    const { rows } = await pool.query<{ totalCount: number }>({
      name: 'count of a month',
      text: `
        SELECT count(*)::double precision AS "totalCount" FROM llm_call_logs
        WHERE call_time >= $1::timestamp AND call_time < $2::timestamp`,
      values: [MONTH.from, MONTH.to],
    });
    return rows[0];
  },
  targets: [],
};

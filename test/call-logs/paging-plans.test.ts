import { expect, test } from '@jest/globals';
import { sql } from 'kysely';
import pg from 'pg';
import { replaceRows } from '../support/insert-rows.js';
import { collectQueries } from '../support/statements.js';
import { usePagingServer } from './paging-server.js';

/** Of the table and the index, for a page of 50 in a log of 20,000 calls, whose index has 78 blocks. */
const MOST_BLOCKS = 30;

const { server, pageOf } = usePagingServer();

interface Plan {
  'Node Type': string;
  'Index Name'?: string;
  'Index Cond'?: string;
  'Shared Hit Blocks'?: number;
  'Shared Read Blocks'?: number;
  Plans?: Plan[];
}

/** The plan of the one statement that a query sends to the log, from the top down to where it reads. */
async function planOf(mode: string, query: string, variables: Record<string, unknown>): Promise<Plan[]> {
  const queries = await collectQueries(() => server.query(query, variables));
  const [statement] = queries.filter(({ text }) => text.includes('FROM llm_call_logs'));
  const client = new pg.Client({ connectionString: server.databaseUrl });
  await client.connect();
  try {
    await client.query(`SET plan_cache_mode = ${mode}; PREPARE page AS ${statement?.text}`);
    const values = statement?.values.map((value) => client.escapeLiteral(String(value))).join();
    const { rows } = await client.query<{ 'QUERY PLAN': { Plan: Plan }[] }>(
      `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE page(${values})`,
    );
    const plans: Plan[] = [];
    for (let plan = rows[0]?.['QUERY PLAN'][0]?.Plan; plan; plan = plan.Plans?.[0]) plans.push(plan);
    return plans;
  } finally {
    await client.end();
  }
}

test.each([
  { planned: 'for its values', mode: 'force_custom_plan' },
  { planned: 'for all values', mode: 'force_generic_plan' },
])(
  'a deep page is read from its place in an index on, whatever lies before it, planned $planned',
  async ({ mode }) => {
    await replaceRows(server.database, []);
    await sql`
    INSERT INTO llm_call_logs (request_messages, status, group_id, call_time)
    SELECT '[]', 'success', CASE n % 10 WHEN 0 THEN 2 ELSE 1 END, timestamp '2024-01-01' + (n / 2) * interval '1 s'
    FROM generate_series(1, 20000) AS n`.execute(server.database.sql);
    await sql`ANALYZE llm_call_logs`.execute(server.database.sql);
    const everything = 'llm_call_logs_call_time_id_idx';
    const ofGroup = 'llm_call_logs_group_id_call_time_id_idx';
    const IN_GROUP = { groupId: { eq: '2' } };
    const IN_TIME = { callTime: { from: '2024-01-01T00:00:00Z', to: '2024-01-01T02:45:00Z' } };
    const places = [
      { order: 'CALL_TIME_DESC', filter: null, size: 'first', side: 'after', index: everything },
      { order: 'CALL_TIME_DESC', filter: null, size: 'last', side: 'before', index: everything },
      { order: 'CALL_TIME_ASC', filter: null, size: 'first', side: 'after', index: everything },
      { order: 'CALL_TIME_ASC', filter: null, size: 'last', side: 'before', index: everything },
      { order: 'CALL_TIME_DESC', filter: IN_TIME, size: 'first', side: 'after', index: everything },
      { order: 'CALL_TIME_ASC', filter: IN_TIME, size: 'last', side: 'before', index: everything },
      { order: 'CALL_TIME_DESC', filter: IN_GROUP, size: 'first', side: 'after', index: ofGroup },
    ];
    for (const { order, filter, size, side, index } of places) {
      let cursor: string | null = null;
      for (let page = 0; page < (filter === IN_GROUP ? 1 : 8); page += 1) {
        const far = await pageOf({ order, filter, [size]: 1000, [side]: cursor });
        cursor = size === 'first' ? far.pageInfo.endCursor : far.pageInfo.startCursor;
      }
      const plan = await planOf(
        mode,
        `query ($filter: CallLogFilter, $cursor: String) {
        callLogs(orderBy: ${order}, filter: $filter, ${size}: 50, ${side}: $cursor) { nodes { id } }
      }`,
        { filter, cursor },
      );
      expect(plan.map((node) => node['Node Type'])).not.toContain('Sort');
      expect(plan.at(-1)?.['Index Name']).toBe(index);
      expect(plan.at(-1)?.['Index Cond']).toContain('ROW(call_time, id)');
      const { 'Shared Hit Blocks': hit = 0, 'Shared Read Blocks': read = 0 } = plan.at(-1) ?? {};
      expect(hit + read).toBeLessThanOrEqual(MOST_BLOCKS);
    }
  },
);

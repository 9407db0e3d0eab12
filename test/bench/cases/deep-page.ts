import type { Pool } from 'pg';
import { newestPage } from './newest-page.js';
import { page, POSTGRAPHILE_ORDER } from './page.js';

/** How many calls come before the page. */
const DEPTH = 5_000;

/** The most that one page of ours may hold. */
const LARGEST_PAGE = 1_000;

interface Paged {
  pageInfo: { endCursor: string };
}

/** A page far down, which every server finds by the place of the last call before it. */
export const deepPage = page({
  name: 'page of 50, 5,000 calls deep',
  ours: {
    variables: '($after: String)',
    arguments: 'after: $after',
    prepare: async (ask) => {
      const query = `query Skip($after: String) {
        callLogs(first: ${LARGEST_PAGE}, after: $after) { pageInfo { endCursor } }
      }`;
      let after: string | undefined;
      for (let read = 0; read < DEPTH; read += LARGEST_PAGE) {
        const { callLogs }: { callLogs: Paged } = await ask(query, { after });
        after = callLogs.pageInfo.endCursor;
      }
      return { after };
    },
  },
  postgraphile: {
    variables: '($after: Cursor)',
    arguments: 'after: $after',
    prepare: async (ask) => {
      const query = `{ allLlmCallLogs(first: ${DEPTH}, ${POSTGRAPHILE_ORDER}) { pageInfo { endCursor } } }`;
      const { allLlmCallLogs }: { allLlmCallLogs: Paged } = await ask(query);
      return { after: allLlmCallLogs.pageInfo.endCursor };
    },
  },
  bare: {
    where: '(call_time, llm_call_logs.id) < ($1::timestamp, $2::bigint)',
    values: (pool) => (lastBefore ??= readLastBefore(pool)),
  },
  baseline: newestPage,
  targets: [{ figure: 'times as long as our first page', atMost: 1.2 }],
});

/** The place of the last call before the page, which a client would send along; read once. */
let lastBefore: Promise<unknown[]> | undefined;

async function readLastBefore(pool: Pool): Promise<unknown[]> {
  const { rows } = await pool.query<unknown[]>({
    text: `
      SELECT call_time::text, id FROM llm_call_logs
      ORDER BY call_time DESC, id DESC OFFSET ${DEPTH - 1} LIMIT 1`,
    rowMode: 'array',
  });
  return rows[0] ?? [];
}

import type { Pool } from 'pg';
import {
  bareColumns,
  fromOurs,
  fromPostgraphile,
  ourFields,
  postgraphileFields,
  type Call,
  type OurCall,
  type PostgraphileCall,
} from './call-answers.js';
import type { Case } from './case.js';
import type { Target } from '../targets.js';

export const PAGE_SIZE = 50;

/** Newest first, in PostGraphile's API: as ours is by default, the later number first among calls of one moment. */
export const POSTGRAPHILE_ORDER = 'orderBy: [CALL_TIME_DESC, ROW_ID_DESC]';

interface Page {
  calls: Call[];
  hasNextPage: boolean;
}

interface Connection<Node> {
  nodes: Node[];
  pageInfo: { hasNextPage: boolean };
}

/** The newest of the calls that each server is told to select, in its own words. */
export interface PageOf {
  name: string;
  /** Whether with all that was said. */
  bodies?: boolean;
  /** More arguments of the lists in the two APIs, and where they come from if they are variables. */
  ours?: Pick<Case['ours'], 'prepare'> & { variables?: string; arguments: string };
  postgraphile?: Pick<Case['ours'], 'prepare'> & { variables?: string; arguments: string };
  /** A condition in SQL, and what its parameters are. */
  bare?: { where: string; values: (pool: Pool) => readonly unknown[] | Promise<readonly unknown[]> };
  baseline?: Case;
  targets: readonly Target[];
}

/** One page of the log, newest first, with the names of the groups, at 16 clients. */
export function page({ name, bodies = false, ours, postgraphile, bare, targets, ...others }: PageOf): Case {
  const text = `
    SELECT ${bareColumns(bodies)}
    FROM llm_call_logs LEFT JOIN groups ON groups.id = group_id
    WHERE ${bare?.where ?? 'true'}
    ORDER BY call_time DESC, llm_call_logs.id DESC
    LIMIT ${PAGE_SIZE + 1}`;
  return {
    name,
    clients: 16,
    ours: {
      query: `query Page${ours?.variables ?? ''} {
        callLogs(first: ${PAGE_SIZE}, ${ours?.arguments ?? ''}) {
          nodes { ${ourFields(bodies)} }
          pageInfo { hasNextPage endCursor }
        }
      }`,
      ...(ours?.prepare ? { prepare: ours.prepare } : {}),
      figures: ({ callLogs }: { callLogs: Connection<OurCall> }) => pageOf(callLogs, fromOurs),
    },
    postgraphile: {
      query: `query Page${postgraphile?.variables ?? ''} {
        allLlmCallLogs(first: ${PAGE_SIZE}, ${POSTGRAPHILE_ORDER}, ${postgraphile?.arguments ?? ''}) {
          nodes { ${postgraphileFields(bodies)} }
          pageInfo { hasNextPage endCursor }
        }
      }`,
      ...(postgraphile?.prepare ? { prepare: postgraphile.prepare } : {}),
      figures: ({ allLlmCallLogs }: { allLlmCallLogs: Connection<PostgraphileCall> }) =>
        pageOf(allLlmCallLogs, fromPostgraphile),
    },
    bare: async (pool): Promise<Page> => {
      const { rows } = await pool.query<Call>({
        name,
        text,
        values: [...((await bare?.values(pool)) ?? [])],
      });
      return { calls: rows.slice(0, PAGE_SIZE), hasNextPage: rows.length > PAGE_SIZE };
    },
    targets,
    ...others,
  };
}

function pageOf<Node>({ nodes, pageInfo }: Connection<Node>, toCall: (node: Node) => Call): Page {
  return { calls: nodes.map(toCall), hasNextPage: pageInfo.hasNextPage };
}

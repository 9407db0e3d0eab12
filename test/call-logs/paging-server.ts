import { expect } from '@jest/globals';
import type { ModelRow } from '../support/call-log-model.js';
import { useTestServer, type TestServer } from '../support/server.js';

export const PAGE = `query ($order: CallLogOrder!, $filter: CallLogFilter, $first: Int, $after: String, $last: Int, $before: String) {
  callLogs(orderBy: $order, filter: $filter, first: $first, after: $after, last: $last, before: $before) {
    edges { cursor node { id } } nodes { id }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

export interface PageArguments {
  order?: string;
  filter?: unknown;
  first?: number;
  after?: string | null;
  last?: number;
  before?: string | null;
}

export interface Page {
  ids: string[];
  cursors: string[];
  pageInfo: {
    hasNextPage: boolean;
    hasPreviousPage: boolean;
    startCursor: string | null;
    endCursor: string | null;
  };
}

/** Rows of which nothing matters but where they stand. */
export function plainRows(values: Partial<ModelRow>[]): ModelRow[] {
  return values.map((value, index) => ({
    id: String(index + 1),
    configId: null,
    templateId: null,
    groupId: null,
    activationCode: null,
    requestMessages: [],
    requestParams: null,
    responseContent: null,
    responseData: null,
    status: 'success',
    errorMessage: null,
    tokensUsed: null,
    promptTokens: null,
    completionTokens: null,
    callTime: `2024-01-01T00:00:${String(index).padStart(2, '0')}.000000Z`,
    durationMs: null,
    ...value,
  }));
}

interface Paging {
  server: TestServer;
  /** One page, whose nodes, edges and ends agree. */
  pageOf: (page: PageArguments) => Promise<Page>;
  /** The ids of all pages of the size, from the first on or from the last back, in their order in the list. */
  walk: (
    order: string,
    size: number,
    direction: 'forward' | 'backward',
    filter?: unknown,
  ) => Promise<string[]>;
}

/** A server, and ways to read its log by pages. */
export function usePagingServer(): Paging {
  const server = useTestServer();

  async function pageOf({ order = 'CALL_TIME_DESC', ...rest }: PageArguments): Promise<Page> {
    const { callLogs } = await server.query(PAGE, { order, ...rest });
    const edges = callLogs.edges as { cursor: string; node: { id: string } }[];
    expect(callLogs.nodes).toEqual(edges.map(({ node }) => node));
    expect(callLogs.pageInfo.startCursor).toBe(edges.at(0)?.cursor ?? null);
    expect(callLogs.pageInfo.endCursor).toBe(edges.at(-1)?.cursor ?? null);
    return {
      ids: edges.map(({ node }) => node.id),
      cursors: edges.map(({ cursor }) => cursor),
      pageInfo: callLogs.pageInfo,
    };
  }

  async function walk(
    order: string,
    size: number,
    direction: 'forward' | 'backward',
    filter?: unknown,
  ): Promise<string[]> {
    const visited: string[] = [];
    let cursor: string | null = null;
    for (;;) {
      const page: Page =
        direction === 'forward'
          ? await pageOf({ order, filter, first: size, after: cursor })
          : await pageOf({ order, filter, last: size, before: cursor });
      const { hasNextPage, hasPreviousPage, startCursor, endCursor } = page.pageInfo;
      if (direction === 'forward') visited.push(...page.ids);
      else visited.unshift(...page.ids);
      expect(direction === 'forward' ? hasPreviousPage : hasNextPage).toBe(cursor !== null);
      if (!(direction === 'forward' ? hasNextPage : hasPreviousPage)) return visited;
      cursor = direction === 'forward' ? endCursor : startCursor;
    }
  }

  return { server, pageOf, walk };
}

import type { Pool } from 'pg';

/** What one GraphQL server is asked in a case. */
export interface GraphQLSide {
  query: string;
  /** @param turn how many requests of this case the server had before */
  variables?: (turn: number) => Record<string, unknown>;
  /** Brings the data of the answer to turn 0 into the form that all servers' answers are compared in. */
  figures: (data: never) => unknown;
}

/** What a case should come to, in the ratio of two servers' medians or in milliseconds. */
export interface Target {
  /** `times faster than PostGraphile`: its median divided by ours. */
  figure: 'times faster than PostGraphile' | 'milliseconds';
  /** At least, for how many times faster; at most, for milliseconds. */
  limit: number;
}

/** One thing that clients want of a server, asked of all three in their own ways. */
export interface Case {
  name: string;
  /** How many clients ask at the same time, each for the next answer as soon as it has one. */
  clients: number;
  ours: GraphQLSide;
  postgraphile: GraphQLSide & {
    /**
     * What PostGraphile is asked instead, where it cannot answer the same question: it is timed, and its answer is
     * not compared.
     */
    insteadOf?: string;
  };
  /** Answers a request with prepared statements, in the form that all answers are compared in. */
  bare: (pool: Pool, turn: number) => Promise<unknown>;
  targets: readonly Target[];
}

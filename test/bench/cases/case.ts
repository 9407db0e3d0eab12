import type { Pool } from 'pg';
import type { ServerName } from '../servers/server.js';
import type { Target } from '../targets.js';

/** Asks a GraphQL server something beforehand, and gives the data of its answer. */
export type Ask = (query: string, variables?: Record<string, unknown>) => Promise<never>;

/** What one GraphQL server is asked in a case. */
export interface GraphQLSide {
  query: string;
  /** Variables that only the server itself knows, such as a cursor: the same in all turns, asked for once. */
  prepare?: (ask: Ask) => Promise<Record<string, unknown>>;
  /** @param turn how many requests of this case the server had before */
  variables?: (turn: number) => Record<string, unknown>;
  /** Brings the data of the answer to turn 0 into the form that all servers' answers are compared in. */
  figures: (data: never) => unknown;
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
    insteadOf?: {
      what: string;
      /** Where it is asked by more or fewer clients than the others. */
      clients?: number;
    };
  };
  /** Answers a request with prepared statements, in the form that all answers are compared in. */
  bare: (pool: Pool, turn: number, input: unknown) => Promise<unknown>;
  /** What the hand-written handler is sent besides the turn. */
  bareInput?: (turn: number) => unknown;
  /** How many calls a request of each server writes; none where it is left out. */
  writes?: Record<ServerName, number>;
  /** Asked of our server in the same rounds, where a target compares the two. */
  baseline?: Case;
  targets: readonly Target[];
}

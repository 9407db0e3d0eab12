import { HeaderMap } from '@apollo/server';
import { GraphQLError } from 'graphql';
import type { Kysely, QueryExecutor, QueryExecutorProvider } from 'kysely';
import { LRUCache } from 'lru-cache';
import type { Database } from '../../database/database.js';
import { isTimeout } from '../../database/explain-error.js';
import { withCode } from '../errors.js';
import { Turns, type Asker } from './turns.js';

/** How many of a caller's reads run at once, where nothing else is set. */
export const DEFAULT_READS_PER_CALLER = 3;

/** How many quick reads are under way on one connection: enough that neither side of it waits for the other. */
const QUICK_READS = 32;

/** Milliseconds for which a caller's reads are not taken for quick after one of them was not. */
const SLOW_FOR_MS = 5_000;

/** Callers of whom that is known; of more, the first is tried again sooner. */
const MAX_SLOW = 10_000;

/** Runs statements: Kysely's by the executor that it provides, MikroORM's by `executeQuery`. */
export type StatementRunner = QueryExecutorProvider & Pick<Kysely<unknown>, 'executeQuery'>;

/** The turns of a server's statements that read. However many one caller asks for, there are some for the others. */
export interface ReadingTurns {
  reads: Turns;
  quickReads: Turns;
  /** Callers whose reads were not quick, for as long as theirs are not taken for it. */
  slow: LRUCache<string, true>;
}

export function readingTurns(
  { readers, readTimeout }: Database,
  readsPerCaller = DEFAULT_READS_PER_CALLER,
): ReadingTurns {
  const perCaller = Math.min(readsPerCaller, Math.max(1, readers - 1));
  return {
    reads: turnsOf(readers, perCaller, readTimeout),
    quickReads: turnsOf(QUICK_READS, QUICK_READS / 2, readTimeout),
    slow: new LRUCache({ max: MAX_SLOW, ttl: SLOW_FOR_MS }),
  };
}

function turnsOf(total: number, perCaller: number, patience: number): Turns {
  return new Turns({ total, perCaller, least: 1, patience }, () => {
    const message = `This waited too long for other reads: at most ${perCaller} run at once for one caller. Send fewer requests at once, or ask for less in one.`;
    const http = { headers: new HeaderMap([['retry-after', '1']]) };
    return new GraphQLError(message, {
      extensions: { ...withCode('OVERLOADED', { limit: perCaller }), http },
    });
  });
}

/** The connections of `reads`, each of whose statements waits for its turn. */
export function readInTurns(
  { reads }: Database,
  { reads: turns }: ReadingTurns,
  asker: Asker,
): StatementRunner {
  return runnerOf(inTurns(reads.getExecutor(), turns, asker));
}

/** Those of `quickReads`, in turns too. A statement that is not quick there is read as others are, in the end. */
export function readQuickly(
  { reads, quickReads }: Database,
  turns: ReadingTurns,
  asker: Asker,
): StatementRunner {
  const ordinary = inTurns(reads.getExecutor(), turns.reads, asker);
  if (quickReads === reads || turns.slow.has(asker.caller)) return runnerOf(ordinary);
  const quick = inTurns(quickReads.getExecutor(), turns.quickReads, asker);
  return runnerOf(
    quick.withConnectionProvider({
      async provideConnection(use, options) {
        try {
          return await quick.provideConnection(use, options);
        } catch (error) {
          if (!isTimeout(error)) throw error;
        }
        turns.slow.set(asker.caller, true);
        return ordinary.provideConnection(use, options);
      },
    }),
  );
}

function inTurns(executor: QueryExecutor, turns: Turns, asker: Asker): QueryExecutor {
  return executor.withConnectionProvider({
    async provideConnection(use, options) {
      const end = await turns.take(asker);
      try {
        return await executor.provideConnection(use, options);
      } finally {
        end();
      }
    },
  });
}

function runnerOf(executor: QueryExecutor): StatementRunner {
  return {
    getExecutor: () => executor,
    executeQuery: (query, options) =>
      executor.executeQuery('compile' in query ? query.compile() : query, options),
  };
}

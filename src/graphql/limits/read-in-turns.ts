import { HeaderMap } from '@apollo/server';
import { GraphQLError } from 'graphql';
import type { QueryExecutorProvider } from 'kysely';
import type { Database } from '../../database/database.js';
import { withCode } from '../errors.js';
import { Turns, type Asker } from './turns.js';

/** How many of a caller's reads run at once, where nothing else is set. */
export const DEFAULT_READS_PER_CALLER = 3;

/** How many quick reads are under way on one connection: enough that neither side of it waits for the other. */
const QUICK_READS = 32;

/** The turns of a server's statements that read. However many one caller asks for, there are some for the others. */
export interface ReadingTurns {
  reads: Turns;
  quickReads: Turns;
}

export function readingTurns(
  { readers, readTimeout }: Database,
  readsPerCaller = DEFAULT_READS_PER_CALLER,
): ReadingTurns {
  const perCaller = Math.min(readsPerCaller, Math.max(1, readers - 1));
  return {
    reads: turnsOf(readers, perCaller, readTimeout),
    quickReads: turnsOf(QUICK_READS, QUICK_READS / 2, readTimeout),
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

/** The same connections, each of whose statements waits for its turn. */
export function readInTurns(reads: QueryExecutorProvider, turns: Turns, asker: Asker): QueryExecutorProvider {
  const executor = reads.getExecutor();
  const inTurns = executor.withConnectionProvider({
    async provideConnection(use, options) {
      const end = await turns.take(asker);
      try {
        return await executor.provideConnection(use, options);
      } finally {
        end();
      }
    },
  });
  return { getExecutor: () => inTurns };
}

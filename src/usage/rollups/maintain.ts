import { sql, type Transaction } from 'kysely';
import type { Database } from '../../database/database.js';

/** Is told how much of a work on the rollups is done. */
export type Progress = (done: number, all: number) => void;

/**
 * Runs work on the rollups in a transaction, all of whose statements see one moment of the database. One at a time,
 * over all servers: what is in a transaction like this is changed by nobody else.
 *
 * @returns undefined when another one is running
 */
export async function maintain<T>(
  { upkeep }: Database,
  work: (transaction: Transaction<unknown>) => Promise<T>,
): Promise<T | undefined> {
  try {
    return await upkeep
      .transaction()
      .setIsolationLevel('repeatable read')
      .execute(async (transaction) => {
        // Locks and no statement that reads: the moment to see is chosen after they are held. A TRUNCATE of the calls
        // locks them first and then empties the rollups: in the same order, so that neither waits for the other.
        await sql`LOCK TABLE llm_call_logs IN ACCESS SHARE MODE NOWAIT`.execute(transaction);
        await sql`LOCK TABLE llm_usage_slices IN SHARE UPDATE EXCLUSIVE MODE NOWAIT`.execute(transaction);
        await sql`SELECT set_config('statement_timeout', '0', true), set_config('work_mem', '64MB', true)`.execute(
          transaction,
        );
        return await work(transaction);
      });
  } catch (error) {
    if (isTaken(error)) return undefined;
    throw error;
  }
}

/** SQLSTATE lock_not_available, or serialization_failure: somebody has emptied the tables meanwhile. */
function isTaken(error: unknown): boolean {
  const { code } = error as { code?: string };
  return code === '55P03' || code === '40001';
}

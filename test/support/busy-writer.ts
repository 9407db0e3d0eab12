import { Pool } from 'pg';
import { setTimeout as sleep } from 'node:timers/promises';

/** A writer that has begun. */
export interface BusyWriter {
  /** Ends it, and gives how many of its inserts went in and why others did not. */
  stop(): Promise<{ inserted: number; failures: string[] }>;
}

/** Inserts 200 rows a second, whether or not those before are in, each with no more than 2 s to wait and to run. */
export function startBusyWriter(url: string, insert: string, values: unknown[]): BusyWriter {
  const pool = new Pool({
    connectionString: url,
    max: 20,
    options: '-c statement_timeout=2000 -c lock_timeout=2000',
  });
  const failures: string[] = [];
  let inserted = 0;
  const stopped = new AbortController();
  const insertOne = () =>
    pool.query(insert, values).then(
      () => void (inserted += 1),
      (error: unknown) => void failures.push((error as Error).message),
    );
  const writing = (async () => {
    const all: Promise<void>[] = [];
    for (let due = performance.now(); !stopped.signal.aborted;) {
      for (; due <= performance.now(); due += 5) all.push(insertOne());
      await sleep(2);
    }
    await Promise.all(all);
  })();
  return {
    stop: async () => {
      stopped.abort();
      await writing;
      await pool.end();
      return { inserted, failures };
    },
  };
}

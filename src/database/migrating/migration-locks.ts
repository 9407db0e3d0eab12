import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Database } from '../database.js';

const TABLES = ['llm_call_logs', 'llm_configs', 'llm_prompt_templates', 'groups'];

/** Writers have the tables to themselves for this long between two attempts. */
const PAUSE_MS = 1_000;

/** How long an index may wait for others before that is worth a line. */
const PATIENCE_MS = 5_000;

/**
 * Runs a migration, and runs it again for as long as others hold the locks that it needs: it gives up
 * soon each time, so that nobody queues behind it.
 *
 * @param report is told once that it waits, for whom, and how to end that
 */
export async function untilLocksAreFree(
  name: string,
  session: Database,
  run: () => Promise<void>,
  report: (line: string) => void,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await run();
      return;
    } catch (error) {
      if (!isLocked(error)) throw error;
      if (attempt === 1) report(await describeWait(name, session));
      await sleep(PAUSE_MS);
    }
  }
}

/** SQLSTATE lock_not_available or deadlock_detected. */
export function isLocked(error: unknown): boolean {
  const { code } = error as { code?: string };
  return code === '55P03' || code === '40P01';
}

/**
 * Gives what the work gives. Building an index waits for others' transactions for as long as they last, in
 * nobody's way; that is told once.
 */
export async function tellOfSlowBuild(
  name: string,
  { sql: kysely }: Database,
  work: Promise<void>,
  report: (line: string) => void,
): Promise<void> {
  const done = new AbortController();
  const watch = async () => {
    for (;;) {
      await sleep(PATIENCE_MS, undefined, { signal: done.signal });
      const { rows } = await sql<{ holder: string; pid: number }>`
        SELECT pid, ${HOLDER} AS holder
        FROM pg_stat_activity
        WHERE pid IN (
          SELECT current_locker_pid FROM pg_stat_progress_create_index
          WHERE relid = to_regclass('llm_call_logs') AND datname = current_database()
        ) AND xact_start < clock_timestamp() - ${`${PATIENCE_MS} milliseconds`}::interval`.execute(kysely);
      const [holder] = rows;
      if (!holder) continue;
      report(
        `${name} builds an index, and waits for a transaction that began before: ${holder.holder}. To end it: ${end(holder.pid)}`,
      );
      return;
    }
  };
  // Aborted; or the database went away, which the work reports.
  const watching = watch().catch(() => undefined);
  try {
    await work;
  } finally {
    done.abort();
    await watching;
  }
}

/** Who holds a lock. Statements stay out of it: a provider key may be in them. */
const HOLDER = sql`format('process %s (%s)', pid, concat_ws(', ',
  coalesce(nullif(application_name, ''), backend_type), usename, state,
  'since ' || to_char(xact_start AT TIME ZONE 'UTC', 'HH24:MI:SS') || ' UTC'))`;

async function describeWait(name: string, { sql: kysely }: Database): Promise<string> {
  // Transactions as short as writers' come and go.
  const { rows } = await sql<{ holder: string; pid: number }>`
    SELECT pid, ${HOLDER} || ' on ' || string_agg(DISTINCT relation::regclass::text, ', ') AS holder
    FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE granted AND pid <> pg_backend_pid() AND datname = current_database()
      AND relation IN (SELECT to_regclass(name) FROM unnest(${TABLES}::text[]) AS tables (name))
      AND coalesce(xact_start < clock_timestamp() - interval '400 milliseconds', true)
    GROUP BY pid, application_name, backend_type, usename, state, xact_start
    ORDER BY xact_start
    LIMIT 5`.execute(kysely);
  const waits = `${name} waits for open transactions of other sessions, and tries again every second until they end`;
  const [oldest] = rows;
  if (!oldest) return `${waits}.`;
  return `${waits}: ${rows.map(({ holder }) => holder).join('; ')}. To end the oldest: ${end(oldest.pid)}`;
}

function end(pid: number): string {
  return `SELECT pg_terminate_backend(${pid});`;
}

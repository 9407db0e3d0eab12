import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Database } from './database.js';

const TABLES = ['llm_call_logs', 'llm_configs', 'llm_prompt_templates', 'groups'];

/** Writers have the tables to themselves for this long between two attempts. */
const PAUSE_MS = 1_000;

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

async function describeWait(name: string, { sql: kysely }: Database): Promise<string> {
  // Transactions as short as writers' come and go. Statements stay out of it: a provider key may be in them.
  const { rows } = await sql<{ holder: string; pid: number }>`
    SELECT pid, format('process %s (%s) on %s', pid,
      concat_ws(', ', coalesce(nullif(application_name, ''), backend_type), usename, state,
        'since ' || to_char(xact_start AT TIME ZONE 'UTC', 'HH24:MI:SS') || ' UTC'),
      string_agg(DISTINCT relation::regclass::text, ', ')) AS holder
    FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE granted AND pid <> pg_backend_pid() AND datname = current_database()
      AND relation IN (SELECT to_regclass(name) FROM unnest(${TABLES}::text[]) AS tables (name))
      AND coalesce(xact_start < clock_timestamp() - interval '400 milliseconds', true)
    GROUP BY pid, application_name, backend_type, usename, state, xact_start
    ORDER BY xact_start
    LIMIT 5`.execute(kysely);
  const waits = `${name} waits for open transactions of other sessions, and tries again every second until they end`;
  if (rows.length === 0) return `${waits}.`;
  const end = `SELECT pg_terminate_backend(${rows[0]?.pid});`;
  return `${waits}: ${rows.map(({ holder }) => holder).join('; ')}. To end the oldest: ${end}`;
}

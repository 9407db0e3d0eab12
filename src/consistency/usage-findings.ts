import { sql, type Kysely } from 'kysely';
import { Risk, type Finding } from '../database/structure/finding.js';
import { LOCK_TIMEOUT, type LiveTables } from '../database/structure/live-tables.js';
import { toRfc3339, type Timestamp } from '../database/timestamp.js';

/** What triggers of llm_call_logs run. */
const FUNCTIONS = ['llm_usage_keep()', 'llm_usage_duration_index(integer)'];

const STATE = { table: 'llm_usage_state', column: null };

const REBUILD = 'run "npm run usage -- rebuild"';

/** How usage is kept up to date, beyond what the structure of tables shows. */
export interface UsageUpkeep {
  missingFunctions: string[];
  /** The row of llm_usage_state, as far as it has columns; null where there is none, undefined where it may not be read. */
  state: Partial<{ complete: boolean; verified_at: Timestamp; differences: number }> | null | undefined;
}

/** Undefined where the table is missing, which is a finding of its own. It makes no writer wait, and waits for none. */
export async function readUsageUpkeep(
  kysely: Kysely<unknown>,
  { tables }: LiveTables,
): Promise<UsageUpkeep | undefined> {
  if (!tables.get(STATE.table)?.isTable) return undefined;
  return kysely.transaction().execute(async (transaction) => {
    await sql`SELECT set_config('lock_timeout', ${LOCK_TIMEOUT}, true)`.execute(transaction);
    const { rows } = await sql<{ mayRead: boolean; missingFunctions: string[] }>`
      SELECT has_table_privilege(${STATE.table}, 'SELECT') AS "mayRead",
        ARRAY(
          SELECT name FROM unnest(${FUNCTIONS}::text[]) AS name WHERE to_regprocedure(name) IS NULL
        ) AS "missingFunctions"`.execute(transaction);
    const { mayRead = false, missingFunctions = [] } = rows[0] ?? {};
    if (!mayRead) return { missingFunctions, state: undefined };
    // As JSON, so that a missing column, which is a finding of its own, is no error here.
    const { rows: states } = await sql<{ state: NonNullable<UsageUpkeep['state']> }>`
      SELECT to_jsonb(state) AS state FROM llm_usage_state AS state`.execute(transaction);
    return { missingFunctions, state: states[0]?.state ?? null };
  });
}

/** The findings about how usage is kept up to date. */
export function usageFindings({ missingFunctions, state }: UsageUpkeep): Finding[] {
  return [
    ...missingFunctions.map(missingFunction),
    ...(state !== undefined && state?.complete !== true ? [incomplete()] : []),
    ...((state?.differences ?? 0) > 0 ? [different(state ?? {})] : []),
  ];
}

/** Adds a rebuild to the advice: a mended trigger does not bring back what it has missed. */
export function adviseRebuild(finding: Finding): Finding {
  const { kind, table, advice } = finding;
  const missed = (kind === 'TRIGGER_MISSING' || kind === 'TRIGGER_DISABLED') && table === 'llm_call_logs';
  return missed
    ? { ...finding, advice: `${advice} Then ${REBUILD}, for what was written without it.` }
    : finding;
}

function missingFunction(name: string): Finding {
  return {
    ...{ kind: 'FUNCTION_MISSING', risk: Risk.HIGH, table: 'llm_call_logs', column: null },
    problem: `The function ${name}, which the triggers of llm_call_logs run, is missing.`,
    effect: 'Calls are refused, or are missing from usage.',
    advice: `DELETE FROM mikro_orm_migrations WHERE name = '008_usage'; Then run "npm run migrate", which puts it back and changes nothing else, and ${REBUILD}.`,
  };
}

function incomplete(): Finding {
  return {
    ...{ ...STATE, kind: 'USAGE_INCOMPLETE', risk: Risk.LOW },
    problem: 'The rollups of usage do not hold every call yet.',
    effect: 'Until they do, usage is read from the calls, which is exact but slower.',
    advice: `Leave a server running, which fills them, or ${REBUILD}.`,
  };
}

function different({ verified_at, differences }: NonNullable<UsageUpkeep['state']>): Finding {
  const when = verified_at === undefined ? '' : ` (${toRfc3339(verified_at)})`;
  return {
    ...{ ...STATE, kind: 'USAGE_DIFFERENT', risk: Risk.MEDIUM },
    problem: `The last comparison of usage with the calls${when} found wrong rollups: ${differences}.`,
    effect: 'Usage that is read from them is wrong.',
    advice: `Resolve the findings about triggers, if there are any; then ${REBUILD}.`,
  };
}

import { sql, type RawBuilder } from 'kysely';
import { IS_CALL, type Range } from '../../call-logs/call-time-range.js';
import type { Database } from '../../database/database.js';
import { OperatorError } from '../../operator-error.js';
import { DATABASE_NOW } from '../../database/clock.js';
import type { Timestamp } from '../../database/timestamp.js';
import type { Difference } from './difference.js';
import type { Progress } from './maintain.js';
import { compareMonth } from './verify-sql.js';

/** What a comparison of rollups with calls found. */
export interface Verification {
  /** How many calendar months were compared. */
  months: number;
  /** How many rollups are wrong. */
  wrong: number;
  /** The first of them. */
  differences: Difference[];
}

/**
 * Compares rollups, and the deltas that are not in them yet, with a scan of the calls: a calendar month at a time, each
 * of one moment, so that it is exact while writers go on. Nobody waits for it. A comparison of all months is recorded.
 *
 * @param range whole months that it touches are compared; everything where it has no bounds
 * @param most differences to give back
 * @throws OperatorError while the rollups are not complete
 */
export async function verifyRollups(
  database: Database,
  range: Range,
  most: number,
  progress: Progress,
): Promise<Verification> {
  const months = await monthsOf(database, range);
  const found: Verification = { months: months.length, wrong: 0, differences: [] };
  progress(0, months.length);
  for (const [index, month] of months.entries()) {
    const { wrong, differences } = await verifyMonth(database, month, most);
    found.wrong += wrong;
    found.differences.push(...differences.slice(0, most - found.differences.length));
    progress(index + 1, months.length);
  }
  if (range.from === undefined && range.to === undefined) await record(database, found.wrong);
  return found;
}

/** The beginning of each month that has calls, rollups or deltas. */
async function monthsOf({ sql: kysely }: Database, range: Range): Promise<Timestamp[]> {
  const { rows: kept } = await sql<{ month: Timestamp }>`
    SELECT DISTINCT date_trunc('month', bucket)::text AS month FROM llm_usage_rollups
    UNION SELECT date_trunc('month', bucket)::text FROM llm_usage_deltas`.execute(kysely);
  const months = new Set(kept.map(({ month }) => month));
  // The index on times leads from each month to the first call after it, so that no calls are scanned.
  let after = sql`'-infinity'::timestamp`;
  for (;;) {
    const { rows }: { rows: { month: Timestamp | null }[] } = await sql<{ month: Timestamp | null }>`
      SELECT date_trunc('month', min(call_time))::text AS month FROM llm_call_logs
      WHERE ${IS_CALL} AND call_time >= ${after}`.execute(kysely);
    const month = rows[0]?.month;
    if (month == null) break;
    months.add(month);
    after = sql`${month}::timestamp + interval '1 month'`;
  }
  const { rows } = await sql<{ month: Timestamp }>`
    SELECT month FROM unnest(${[...months]}::text[]) AS month
    WHERE ${touches(range)} ORDER BY month::timestamp`.execute(kysely);
  return rows.map(({ month }) => month);
}

function touches({ from, to }: Range): RawBuilder<unknown> {
  return sql`${from === undefined ? sql`true` : sql`month::timestamp >= date_trunc('month', ${from}::timestamp)`}
    AND ${to === undefined ? sql`true` : sql`month::timestamp < ${to}::timestamp`}`;
}

async function verifyMonth(
  { sql: kysely }: Database,
  month: Timestamp,
  most: number,
): Promise<Omit<Verification, 'months'>> {
  return kysely.transaction().execute(async (transaction) => {
    await sql`
      SELECT set_config('statement_timeout', '0', true), set_config('work_mem', '32MB', true)`.execute(
      transaction,
    );
    // Whether the rollups are complete is part of the statement, and so of the moment that it sees.
    const { rows } = await sql<{ complete: boolean; total: string | null } & Difference>`
      SELECT state.complete, found.*
      FROM llm_usage_state AS state LEFT JOIN (${compareMonth(month, most)}) AS found ON state.complete`.execute(
      transaction,
    );
    if (rows[0]?.complete !== true) {
      throw new OperatorError(
        'The rollups of usage are not complete, so there is nothing to compare yet; usage is read from the calls meanwhile. A running server fills them, and so does "npm run usage -- rebuild". Verify again when that is done.',
      );
    }
    const differences = rows.filter(({ total }) => total !== null);
    return { wrong: Number(differences[0]?.total ?? 0), differences };
  });
}

/** Records what was found, unless the rollups are being made anew since. */
async function record({ sql: kysely }: Database, wrong: number): Promise<void> {
  await sql`
    UPDATE llm_usage_state SET verified_at = ${DATABASE_NOW}, differences = ${wrong}::bigint
    WHERE complete`.execute(kysely);
}

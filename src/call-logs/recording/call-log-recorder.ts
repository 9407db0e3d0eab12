import type DataLoader from 'dataloader';
import { GraphQLError } from 'graphql';
import { sql, type Kysely } from 'kysely';
import type { Database } from '../../database/database.js';
import { inBatches } from '../../graphql/in-batches.js';
import { badUserInput } from '../../graphql/errors.js';
import { fromDate } from '../../database/timestamp.js';
import { claimKeys } from './idempotency.js';
import { insertCallLogs } from './insert-call-logs.js';
import type { NewCallLog } from './prepare-call-log.js';

/** A checked call on its way into the log. */
export interface PendingCallLog {
  callLog: NewCallLog;
  idempotencyKey: string | null;
  /** Path of the input, for messages. */
  at: string;
}

const MAX_BATCH = 1000;

/** Records calls and gives their ids, once they are committed. */
export function callLogRecorder(database: Database): DataLoader<PendingCallLog, string> {
  return inBatches((pending) => recordBatch(database, pending), MAX_BATCH);
}

type Outcome = string | Error;

async function recordBatch(database: Database, batch: readonly PendingCallLog[]): Promise<Outcome[]> {
  // Of calls that share a key, the first is recorded, and the others then find it.
  const keys = new Set<string>();
  const repeats: PendingCallLog[] = [];
  const firsts = batch.filter((pending) => {
    const { idempotencyKey } = pending;
    if (idempotencyKey === null || !keys.has(idempotencyKey)) {
      if (idempotencyKey !== null) keys.add(idempotencyKey);
      return true;
    }
    repeats.push(pending);
    return false;
  });
  const outcomes = new Map<PendingCallLog, Outcome>();
  await recordApart(database, firsts, outcomes);
  for (const repeat of repeats) await recordApart(database, [repeat], outcomes);
  return batch.map((pending) => outcomes.get(pending) ?? new Error('A call was left without an outcome.'));
}

/** Records all of the calls or none; where the database refuses one of them, in halves, so that only that one fails. */
async function recordApart(
  database: Database,
  batch: readonly PendingCallLog[],
  outcomes: Map<PendingCallLog, Outcome>,
): Promise<void> {
  try {
    // Without keys there is one statement that writes.
    const isKeyed = batch.some(({ idempotencyKey }) => idempotencyKey !== null);
    const ids = isKeyed
      ? await database.sql.transaction().execute((transaction) => insertKeyed(transaction, batch))
      : await insertCallLogs(database.sql, batch);
    for (const [index, pending] of batch.entries()) outcomes.set(pending, ids[index] ?? '');
  } catch (error) {
    const [only] = batch;
    if (!only || !isRefusal(error)) {
      for (const pending of batch) outcomes.set(pending, error as Error);
    } else if (batch.length === 1) {
      outcomes.set(only, explainRefusal(error, only));
    } else {
      const half = Math.ceil(batch.length / 2);
      await recordApart(database, batch.slice(0, half), outcomes);
      await recordApart(database, batch.slice(half), outcomes);
    }
  }
}

/** Those whose key was used before are recorded already. */
async function insertKeyed(
  transaction: Kysely<unknown>,
  batch: readonly PendingCallLog[],
): Promise<string[]> {
  const taken = await sql<{ id: string }>`
    SELECT nextval((SELECT pg_get_serial_sequence('llm_call_logs', 'id'))::regclass) AS id
    FROM generate_series(1, ${batch.length})`.execute(transaction);
  const numbered = batch.map((pending, index) => ({ ...pending, id: taken.rows[index]?.id ?? '' }));
  const recordedAlready = await claimKeys(transaction, numbered, fromDate(new Date()));
  const fresh = numbered.filter(({ id }) => !recordedAlready.has(id));
  if (fresh.length > 0) await insertCallLogs(transaction, fresh);
  return numbered.map(({ id }) => recordedAlready.get(id) ?? id);
}

/** Whether the database refused a value (SQLSTATE classes 22, 23 and 54), rather than failed. */
function isRefusal(error: unknown): error is { code: string; message: string } {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && /^(22|23|54)...$/.test(code);
}

function explainRefusal(
  error: { code: string; message: string },
  { callLog, at }: PendingCallLog,
): GraphQLError {
  // The table should have one foreign key.
  if (error.code === '23503' && callLog.groupId !== null) {
    return badUserInput(
      `${at}.groupId`,
      `must be the number of a group; there is no group ${callLog.groupId}.`,
    );
  }
  return badUserInput(at, `was refused by the database: ${error.message}.`);
}

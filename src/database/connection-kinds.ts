import type { PoolUse } from './connection-pool.js';
import { ANY_STATEMENT, READING, type Settings } from './session.js';

/** How long a recording may take by default, in milliseconds. */
export const DEFAULT_WRITE_TIMEOUT_MS = 5_000;

/** Milliseconds that a recording waits for a lock before it makes way for others. */
const RECORDING_LOCK_TIMEOUT_MS = 200;

/** Milliseconds that a statement of upkeep may take. */
const UPKEEP_TIMEOUT_MS = 600_000;

/** Milliseconds after the database should have broken a statement off, after which no answer is expected any more. */
const GRACE_MS = 1_000;

/** Milliseconds after which no statement is expected to be answered, though it may take any time. */
const MAX_DEADLINE_MS = 86_400_000;

/** Shares of the time for a recording: in which the database ends a statement, and in which it has to answer. */
const STATEMENT_SHARE = 0.5;
const ANSWER_SHARE = 0.6;

/** Milliseconds after which a statement is not quick, and is broken off. */
const QUICK_TIMEOUT_MS = 100;

/** Milliseconds without an answer to a quick statement after which none is expected of its connection any more. */
const LOST_AFTER_MS = 5_000;

/** Plans once for all values: to plan takes longer than a quick statement does. */
const QUICK_READING: Settings = {
  plan_cache_mode: 'force_generic_plan',
  statement_timeout: QUICK_TIMEOUT_MS,
};

/** Whether a pooler between server and database hands connections on after each transaction. */
export const POOLER_MODES = ['none', 'transaction'] as const;

export type PoolerMode = (typeof POOLER_MODES)[number];

/** How a server uses a database. */
export interface ServerUse {
  /** Milliseconds that a statement which reads may take; 0 for any time. */
  readTimeout: number;
  /** Milliseconds in which a recording is to be answered. */
  writeTimeout: number;
  pooler: PoolerMode;
}

/** Fewest connections that a server works with: one of each kind. */
export const MIN_SERVER_CONNECTIONS = 4;

/** The kinds of connections; `pipeline` is one for quick reads. */
export type Kind = 'sql' | 'recording' | 'upkeep' | 'reads' | 'pipeline';

/** How many connections of each kind there are: one for upkeep, about a half of the others for reads. */
function sharesOf(poolSize: number, pooler: PoolerMode): Record<Kind, number> {
  const others = poolSize - 1;
  const reads = Math.max(1, Math.floor(others * 0.45));
  const sql = Math.max(1, Math.floor(others / 4));
  // It keeps statements prepared, which such a pooler might not.
  const pipeline = pooler === 'none' && reads > 1 ? 1 : 0;
  return { upkeep: 1, reads: reads - pipeline, pipeline, sql, recording: others - reads - sql };
}

/**
 * What each kind of a server's connections is for. The database breaks every statement off before the server gives up
 * on its answer, since to close a connection ends nothing there.
 *
 * @param poolSize most connections of all kinds
 */
export function kindsOf(
  poolSize: number,
  { readTimeout, writeTimeout, pooler }: ServerUse,
): Record<Kind, PoolUse> {
  const shares = sharesOf(poolSize, pooler);
  const kind = (max: number, settings: Settings, deadline: number): PoolUse => ({
    ...{ max, deadline, hasSession: pooler === 'none' },
    settings: { ...ANY_STATEMENT, idle_in_transaction_session_timeout: 2 * writeTimeout, ...settings },
  });
  const reading = { ...READING, statement_timeout: readTimeout };
  return {
    sql: kind(shares.sql, { statement_timeout: writeTimeout }, writeTimeout + GRACE_MS),
    recording: kind(
      shares.recording,
      {
        lock_timeout: RECORDING_LOCK_TIMEOUT_MS,
        statement_timeout: Math.floor(writeTimeout * STATEMENT_SHARE),
      },
      Math.floor(writeTimeout * ANSWER_SHARE),
    ),
    upkeep: kind(shares.upkeep, { statement_timeout: UPKEEP_TIMEOUT_MS }, UPKEEP_TIMEOUT_MS + GRACE_MS),
    reads: kind(shares.reads, reading, readTimeout === 0 ? MAX_DEADLINE_MS : readTimeout + GRACE_MS),
    pipeline: kind(shares.pipeline, { ...reading, ...QUICK_READING }, LOST_AFTER_MS),
  };
}

/** One kind for everything: what a command does may take any time. */
export function kindOfCommand(max: number, pooler: PoolerMode): PoolUse {
  const hasSession = pooler === 'none';
  return { max, settings: { ...ANY_STATEMENT, statement_timeout: 0 }, deadline: 0, hasSession };
}

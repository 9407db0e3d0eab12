/** Calls that were sent and are not answered yet. */
export interface WaitingCalls {
  calls: number;
  /** Bytes that they hold in memory. */
  bytes: number;
  /** Milliseconds for which the oldest has waited; 0 where none waits. */
  oldestMs: number;
}

/** Is told what becomes of calls; each call is told of once. */
export interface RecordingMetrics {
  /** They are committed. */
  recorded(calls: number): void;
  /** They were recorded before, under the same idempotency key. */
  replayed(calls: number): void;
  /** They are not in the log, or nobody can tell. */
  rejected(code: string, calls: number): void;
  /** A batch was sent to the database, and answered after so many seconds. */
  batch(calls: number, seconds: number): void;
  /** @param tell how many secrets were taken out, by kind; there are few kinds, and none is named by a client */
  watchRedacted(tell: () => ReadonlyMap<string, number>): void;
  /** @param tell is asked whenever somebody reads the metrics */
  watchWaiting(tell: () => WaitingCalls): void;
}

/** For where nobody reads metrics. */
export const UNMEASURED: RecordingMetrics = {
  recorded: () => undefined,
  replayed: () => undefined,
  rejected: () => undefined,
  batch: () => undefined,
  watchRedacted: () => undefined,
  watchWaiting: () => undefined,
};

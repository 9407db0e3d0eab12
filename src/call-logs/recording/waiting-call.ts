import type { Idempotency } from './idempotency.js';
import type { NewCallLog } from './prepare-call-log.js';

/** A checked call on its way into the log. */
export interface PendingCallLog {
  callLog: NewCallLog;
  idempotency: Idempotency | null;
  /** Path of the input, for messages. */
  at: string;
  /** Whether whoever sent it has hung up, and will not be told. */
  isAbandoned: () => boolean;
}

/** Which call a recording gives. */
export interface Recorded {
  id: string;
  /** Whether it was recorded before, under the same idempotency key. */
  isRepeat: boolean;
}

/** A call that was not answered yet. */
export class WaitingCall {
  readonly since = performance.now();
  readonly outcome: Promise<Recorded>;
  /** The number that it is to have, once it has one. */
  id: string | undefined;
  /** Whether a statement with it is under way. */
  isSent = false;
  /** Whether an answer was lost, so that it may have been recorded. */
  mayBeThere = false;
  /** Whether somebody else holds a lock that it has to wait for. */
  isHindered = false;
  /** Whether it was not inserted, though nothing was found in its place. */
  wasMissing = false;
  isAnswered = false;
  #settle!: { resolve: (recorded: Recorded) => void; reject: (error: unknown) => void };

  constructor(readonly pending: PendingCallLog) {
    this.outcome = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
  }

  /** Characters of its bodies, about. */
  get length(): number {
    const { requestMessages, requestParams, responseContent, responseData } = this.pending.callLog;
    const bodies = [requestMessages, requestParams, responseContent, responseData];
    return bodies.reduce((sum, body) => sum + (body?.length ?? 0), 0);
  }

  get groupId(): number | null {
    return this.pending.callLog.groupId;
  }

  get age(): number {
    return performance.now() - this.since;
  }

  /** To be recorded as if for the first time. */
  renewed(): this {
    this.id = undefined;
    this.mayBeThere = false;
    this.wasMissing = true;
    return this;
  }

  record(recorded: Recorded): void {
    this.isAnswered = true;
    this.#settle.resolve(recorded);
  }

  refuse(error: unknown): void {
    this.isAnswered = true;
    this.#settle.reject(error);
  }
}

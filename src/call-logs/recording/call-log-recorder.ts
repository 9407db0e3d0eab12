import type { Database } from '../../database/database.js';
import { sqlStateOf } from '../../database/explain-error.js';
import type { TellTrouble } from '../../database/trouble-log.js';
import { troubleOf, type Trouble } from '../../database/trouble.js';
import { CallsApart } from './calls-apart.js';
import { CallNumbers } from './call-numbers.js';
import { findEarlierCalls } from './earlier-call.js';
import { hindranceOf, type Hindrance } from './hindrance.js';
import { insertCallLogs, type NumberedCallLog } from './insert-call-logs.js';
import { KnownGroups } from './known-groups.js';
import {
  abandoned,
  keyOfAnotherCall,
  notWritten,
  outcomeUnknown,
  overloaded,
  refusedByDatabase,
  unknownGroup,
} from './recording-errors.js';
import type { RecordingMetrics, WaitingCalls } from './recording-metrics.js';
import { WaitingCall, type PendingCallLog, type Recorded } from './waiting-call.js';

/** Most calls of one statement. */
const MAX_BATCH = 1000;

/** Characters of their bodies; a larger call is recorded by itself. */
const MAX_BATCH_LENGTH = 8 * 1024 * 1024;

/** So neither the database nor this process waits for the other. */
const BATCHES_AT_ONCE = 2;

/** Calls that may wait; each takes some memory beside its body, of which the bytes are limited elsewhere. */
const MAX_WAITING = 20_000;

/** Milliseconds after which a batch is slow: others begin beside it, and its connection may lead nowhere. */
const SLOW_AFTER_MS = 750;

/** Share of its time after which a call is not begun any more, since it could hardly be answered. */
const LAST_BEGIN_SHARE = 0.8;

/** Milliseconds after which what failed is tried again: at first, and at the most. */
const FIRST_PAUSE_MS = 50;
const MAX_PAUSE_MS = 1_000;

/**
 * Records calls that many requests want recorded, so that one statement does it for all of them. While as many
 * statements are under way as may be, what arrives waits to form the next one; when idle, it begins at once.
 *
 * Every call is answered within the database's `writeTimeout`, and by its own outcome:
 * - where the database refuses one of a batch, halves of it are tried, so that only that one fails;
 * - calls that have to wait for a lock go apart, by the group or the key that is locked, and the others go on;
 * - where an answer is lost, the same numbers are inserted again, which does nothing where they are there already;
 * - what was not sent when its time is over is refused and never written, what was sent has an unknown outcome.
 */
export class CallLogRecorder {
  readonly #database: Database;
  readonly #metrics: RecordingMetrics;
  readonly #report: TellTrouble;
  readonly #numbers = new CallNumbers();
  readonly #groups = new KnownGroups();
  #queue: WaitingCall[] = [];
  readonly #keysUnderWay = new Set<string>();
  readonly #apart = new CallsApart(
    (find) =>
      this.#attempt(() => {
        const { taken, left } = this.#next(find());
        this.#queue.unshift(...left);
        return taken;
      }),
    (calls) => {
      this.#queue.unshift(...calls);
      this.#begin();
    },
  );
  /** Calls that were not answered yet, in the order in which they came. */
  readonly #waiting = new Set<WaitingCall>();
  /** For the oldest of them, or one that was answered meanwhile. */
  #expiry: NodeJS.Timeout | undefined;
  /** Statements under way, and those of them that are not slow. */
  #running = 0;
  #quick = 0;
  #isBeginning = false;
  /** Why nothing could be recorded of late. */
  #trouble: Trouble | undefined;
  #pause = 0;
  #isPaused = false;

  /** @param report is told why the database does not record, whenever that is found */
  constructor(database: Database, metrics: RecordingMetrics, report: TellTrouble) {
    this.#database = database;
    this.#metrics = metrics;
    this.#report = report;
    metrics.watchWaiting(() => this.#waitingCalls());
  }

  #waitingCalls(): WaitingCalls {
    let bytes = 0;
    for (const { length } of this.#waiting) bytes += length;
    const [oldest] = this.#waiting;
    return { calls: this.#waiting.size, bytes, oldestMs: oldest?.age ?? 0 };
  }

  /**
   * Records a call; when this gives it, it is committed.
   *
   * @throws an error with a code, in time
   */
  async record(pending: PendingCallLog): Promise<Recorded> {
    if (this.#waiting.size >= MAX_WAITING) throw overloaded();
    const call = new WaitingCall(pending);
    this.#waiting.add(call);
    if (!this.#expiry) this.#expireIn(this.#database.writeTimeout);
    this.#queue.push(call);
    this.#begin();
    try {
      return await call.outcome;
    } finally {
      this.#waiting.delete(call);
    }
  }

  /** Answers the calls whose time is over, and comes again when that of the next one is. */
  readonly #expire = (): void => {
    this.#expiry = undefined;
    for (const call of this.#waiting) {
      const left = this.#database.writeTimeout - call.age;
      if (left > 0) {
        this.#expireIn(left);
        return;
      }
      if (!call.isAnswered) call.refuse(this.#refusalOf(call));
    }
  };

  /** No timer for each call: all have the same time, and come one after the other. */
  #expireIn(milliseconds: number): void {
    // A server that ends need not wait for it.
    this.#expiry = setTimeout(this.#expire, milliseconds).unref();
  }

  /** What to tell of a call whose time is over. */
  #refusalOf({ isSent, mayBeThere, isHindered, pending }: WaitingCall): Error {
    if (isSent || mayBeThere) return outcomeUnknown(pending.idempotency !== null);
    if (isHindered) return notWritten(LOCKED);
    return this.#trouble ? notWritten(this.#trouble) : overloaded();
  }

  /** Begins with what has arrived at the end of this turn of the event loop. */
  #begin(): void {
    if (this.#isBeginning) return;
    this.#isBeginning = true;
    setImmediate(() => {
      this.#isBeginning = false;
      // While the database is in trouble, one batch tries whether it still is.
      const atOnce = this.#trouble ? 1 : BATCHES_AT_ONCE;
      while (
        this.#queue.length > 0 &&
        !this.#isPaused &&
        this.#quick < atOnce &&
        this.#running < this.#database.recorders
      ) {
        void this.#runBatch();
      }
    });
  }

  async #runBatch(): Promise<void> {
    this.#running += 1;
    this.#quick += 1;
    let isSlow = false;
    const slow = setTimeout(() => {
      isSlow = true;
      this.#quick -= 1;
      this.#database.distrustConnections();
      this.#begin();
    }, SLOW_AFTER_MS);
    const count = await this.#attempt(() => this.#take());
    clearTimeout(slow);
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- set while the batch ran
    if (!isSlow) this.#quick -= 1;
    this.#running -= 1;
    // What is left, if nothing could be taken of it, waits for a statement that is under way.
    if (this.#queue.length > 0 && count > 0) this.#begin();
  }

  /** What to record next. Calls that are known to be hindered go apart. */
  #take(): WaitingCall[] {
    const { taken, left } = this.#next(this.#queue.filter((call) => !this.#apart.takes(call)));
    this.#queue = left;
    return taken;
  }

  /** The first of some calls that go into one statement. Of those that share a key, each waits for the one before. */
  #next(calls: readonly WaitingCall[]): Record<'taken' | 'left', WaitingCall[]> {
    let length = 0;
    const taken: WaitingCall[] = [];
    const left: WaitingCall[] = [];
    for (const [index, call] of calls.entries()) {
      if (taken.length >= MAX_BATCH || length >= MAX_BATCH_LENGTH) {
        left.push(...calls.slice(index));
        break;
      }
      if (!this.#isWanted(call)) continue;
      const key = call.pending.idempotency?.key;
      if (key !== undefined && this.#keysUnderWay.has(key)) left.push(call);
      else {
        if (key !== undefined) this.#keysUnderWay.add(key);
        length += call.length;
        taken.push(call);
      }
    }
    return { taken, left };
  }

  /** Whether a call is still to be recorded; one that could not be answered in time is refused. */
  #isWanted(call: WaitingCall): boolean {
    if (call.isAnswered) return false;
    if (!call.mayBeThere && call.pending.isAbandoned()) call.refuse(abandoned());
    else if (!call.mayBeThere && call.age > LAST_BEGIN_SHARE * this.#database.writeTimeout)
      call.refuse(this.#refusalOf(call));
    return !call.isAnswered;
  }

  /**
   * Records what is taken, in one statement, and answers it, or does with it what its failure calls for.
   *
   * @param take is asked when there is a connection: until then, nothing has begun
   * @returns how many were taken
   */
  async #attempt(take: () => WaitingCall[]): Promise<number> {
    let taken: WaitingCall[] = [];
    await this.#insert(() => (taken = take()));
    for (const { pending } of taken)
      if (pending.idempotency) this.#keysUnderWay.delete(pending.idempotency.key);
    return taken.length;
  }

  async #insert(take: () => WaitingCall[]): Promise<void> {
    let calls: WaitingCall[] = [];
    let sentAt = 0;
    try {
      const inserted = await this.#database.recording.connection().execute(async (connection) => {
        calls = take();
        if (calls.length === 0) return new Set<string>();
        const missing = await this.#groups.missing(
          connection,
          calls.map(({ groupId }) => groupId),
        );
        for (const call of calls) {
          const { groupId } = call;
          if (groupId !== null && missing.has(groupId)) call.refuse(unknownGroup(call.pending.at, groupId));
        }
        calls = calls.filter(({ isAnswered }) => !isAnswered);
        if (calls.length === 0) return new Set<string>();
        const unnumbered = calls.filter(({ id }) => id === undefined);
        const numbers = await this.#numbers.take(connection, unnumbered.length);
        for (const [index, call] of unnumbered.entries()) call.id = numbers[index];
        for (const call of calls) call.isSent = true;
        sentAt = performance.now();
        return insertCallLogs(
          connection,
          calls.map(numbered),
          calls.some(({ mayBeThere }) => mayBeThere),
        );
      });
      this.#recover();
      if (calls.length > 0) this.#metrics.batch(calls.length, (performance.now() - sentAt) / 1000);
      const others: WaitingCall[] = [];
      for (const call of calls) {
        const { id = '' } = call;
        call.isSent = false;
        if (inserted.has(id)) call.record({ id, isRepeat: false });
        else others.push(call);
      }
      if (others.length > 0) await this.#answerEarlier(others);
    } catch (error) {
      await this.#fail(error, calls);
    }
  }

  /** Answers calls that were not inserted since they, or others under their keys, are there. */
  async #answerEarlier(calls: WaitingCall[]): Promise<void> {
    const earlier = await findEarlierCalls(this.#database.recording, calls.map(numbered));
    for (const call of calls) {
      const found = earlier.get(call.id ?? '');
      if (found === undefined) {
        // The key was given up meanwhile, or the number belongs to another call: it is tried once more.
        if (call.wasMissing) call.refuse(new Error('A call was neither recorded nor found.'));
        else this.#queue.unshift(call.renewed());
      } else if (found === 'other content') call.refuse(keyOfAnotherCall(call.pending.at));
      else call.record({ id: found.id, isRepeat: found.id !== call.id });
    }
  }

  async #fail(error: unknown, given: WaitingCall[]): Promise<void> {
    const calls = given.filter(({ isAnswered }) => !isAnswered);
    const trouble = troubleOf(error);
    for (const call of calls) {
      call.mayBeThere ||= call.isSent && trouble?.isUnanswered === true;
      call.isSent = false;
    }
    if (isRefusal(error)) await this.#recordApart(error, calls);
    // Where there is no connection to be had for another reason, nobody need wait for one.
    else if (!trouble)
      for (const call of given.length > 0 ? calls : this.#queue.splice(0)) call.refuse(error);
    else {
      this.#report(trouble, error);
      if (sqlStateOf(error) === LOCK_NOT_AVAILABLE) await this.#setApart(error, calls);
      else if (trouble.code === 'DATABASE_FULL') this.#refuse(calls, trouble);
      else if (trouble.code === 'TIMEOUT' && !trouble.isUnanswered) await this.#recordLess(calls, trouble);
      else this.#suffer(trouble, calls);
    }
  }

  /** Of calls that the database refuses together, finds those that it refuses by themselves. */
  async #recordApart(error: { code: string; message: string }, calls: WaitingCall[]): Promise<void> {
    const [only] = calls;
    for (const call of calls) this.#groups.forget(call.groupId ?? 0);
    if (calls.length > 1) await this.#halve(calls);
    else only?.refuse(refusedByDatabase(error, only.pending.callLog, only.pending.at));
  }

  /** Too many calls at once may take too long. */
  async #recordLess(calls: WaitingCall[], trouble: Trouble): Promise<void> {
    if (calls.length > 1) await this.#halve(calls);
    else this.#refuse(calls, trouble);
  }

  async #halve(calls: WaitingCall[]): Promise<void> {
    const half = Math.ceil(calls.length / 2);
    for (const part of [calls.slice(0, half), calls.slice(half)]) {
      await this.#attempt(() => part.filter((call) => this.#isWanted(call)));
    }
  }

  #refuse(calls: WaitingCall[], trouble: Trouble): void {
    for (const call of calls) {
      call.refuse(call.mayBeThere ? outcomeUnknown(call.pending.idempotency !== null) : notWritten(trouble));
    }
  }

  /** Lets calls wait until the database can be tried again. */
  #suffer(trouble: Trouble, calls: WaitingCall[]): void {
    this.#trouble = trouble;
    this.#numbers.forget();
    if (trouble.code !== 'DATABASE_LOCKED') this.#database.distrustConnections();
    this.#queue.unshift(...calls);
    this.#pause = Math.min(MAX_PAUSE_MS, Math.max(FIRST_PAUSE_MS, 2 * this.#pause));
    if (this.#isPaused) return;
    this.#isPaused = true;
    setTimeout(() => {
      this.#isPaused = false;
      this.#begin();
    }, this.#pause);
  }

  #recover(): void {
    this.#trouble = undefined;
    this.#pause = 0;
  }

  /** Lets calls that wait for a lock wait by themselves, and the others begin again. */
  async #setApart(error: unknown, calls: WaitingCall[]): Promise<void> {
    const hindrance = await hindranceOf(this.#database.recording, error).catch((): Hindrance => ({
      kind: 'table',
    }));
    if (hindrance.kind === 'table') this.#suffer(LOCKED, calls);
    else {
      this.#queue.unshift(...this.#apart.add(calls, hindrance));
      this.#begin();
    }
  }
}

const LOCK_NOT_AVAILABLE = '55P03';

const LOCKED: Trouble = {
  code: 'DATABASE_LOCKED',
  reason: 'Somebody else holds a lock in the database that the call has to wait for.',
  isUnanswered: false,
};

const numbered = ({ id = '', pending: { callLog, idempotency } }: WaitingCall): NumberedCallLog => ({
  ...{ id, callLog, idempotency },
});

/** Whether the database refused a value (SQLSTATE classes 22, 23 and 54), rather than failed. */
function isRefusal(error: unknown): error is { code: string; message: string } {
  return /^(22|23|54)...$/.test(sqlStateOf(error));
}

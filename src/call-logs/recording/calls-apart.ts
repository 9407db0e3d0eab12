import { setTimeout as sleep } from 'node:timers/promises';
import type { Hindrance } from './hindrance.js';
import type { WaitingCall } from './waiting-call.js';

/** Milliseconds between attempts of what waits for locks. */
const PAUSE_MS = 100;

/** Calls of one group, or under one key, that is locked; or of several, of which one is. */
interface Lane {
  calls: WaitingCall[];
}

/**
 * Calls that wait for another program's locks, apart from the calls that need not wait. There is a lane for each group
 * and key that is locked; which of several it is, turns out when halves of them are tried.
 */
export class CallsApart {
  readonly #attempt: (take: () => WaitingCall[]) => Promise<unknown>;
  readonly #giveBack: (calls: WaitingCall[]) => void;
  readonly #lanes = new Map<string, Lane>();
  /** Calls of several groups or keys, of which at least one is locked. */
  readonly #mixed: Lane[] = [];
  #isTrying = false;

  /**
   * @param attempt records what it takes, and adds what is still locked here again
   * @param giveBack is given what is to be recorded with the others
   */
  constructor(
    attempt: (take: () => WaitingCall[]) => Promise<unknown>,
    giveBack: (calls: WaitingCall[]) => void,
  ) {
    this.#attempt = attempt;
    this.#giveBack = giveBack;
  }

  /** Whether a call belongs to a lane, where it waits from now on. */
  takes(call: WaitingCall): boolean {
    if (this.#lanes.size === 0) return false;
    const lane = this.#lanes.get(nameOf(call, 'group')) ?? this.#lanes.get(nameOf(call, 'key'));
    call.isHindered = lane !== undefined;
    lane?.calls.push(call);
    return lane !== undefined;
  }

  /** @returns those of the calls that the hindrance does not concern */
  add(calls: readonly WaitingCall[], hindrance: Exclude<Hindrance, { kind: 'table' }>): WaitingCall[] {
    const { kind } = hindrance;
    const isConcerned = (call: WaitingCall) =>
      kind === 'key'
        ? call.pending.idempotency !== null
        : call.groupId !== null && (hindrance.groupId ?? call.groupId) === call.groupId;
    const concerned = calls.filter(isConcerned);
    for (const call of concerned) call.isHindered = true;
    const names = [...new Set(concerned.map((call) => nameOf(call, kind)))];
    const [name] = names;
    if (name !== undefined && names.length === 1) {
      const lane = this.#lanes.get(name);
      if (lane) lane.calls.unshift(...concerned);
      else this.#lanes.set(name, { calls: concerned });
    } else if (names.length > 1) {
      const half = new Set(names.slice(0, Math.ceil(names.length / 2)));
      const parts = Object.values(
        Object.groupBy(concerned, (call) => (half.has(nameOf(call, kind)) ? 'first' : 'second')),
      );
      this.#mixed.push(...parts.map((part) => ({ calls: part })));
    }
    void this.#tryAll();
    return calls.filter((call) => !isConcerned(call));
  }

  /** Tries them, lane by lane, until none is left. */
  async #tryAll(): Promise<void> {
    if (this.#isTrying) return;
    this.#isTrying = true;
    while (this.#lanes.size > 0 || this.#mixed.length > 0) {
      for (const lane of this.#mixed.splice(0)) {
        await this.#attempt(() => lane.calls.splice(0));
        // Where there was no connection to be had.
        if (lane.calls.length > 0) this.#giveBack(lane.calls);
      }
      for (const [name, lane] of [...this.#lanes]) {
        await this.#attempt(() => lane.calls.splice(0));
        if (lane.calls.length === 0) this.#lanes.delete(name);
      }
      await sleep(PAUSE_MS);
    }
    this.#isTrying = false;
  }
}

function nameOf({ groupId, pending: { idempotency } }: WaitingCall, kind: 'group' | 'key'): string {
  return kind === 'group' ? `group ${groupId ?? ''}` : `key ${idempotency?.key ?? ''}`;
}

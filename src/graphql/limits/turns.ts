/** How much of something is given out at one time. */
export interface Shares {
  /** To all callers together. */
  total: number;
  /** To the callers of the last second each, divided by how many they are. */
  perCaller: number;
  /** But to each of them at least this. */
  least: number;
  /** Milliseconds that anyone waits for a turn; 0 for any time. */
  patience: number;
}

/** Milliseconds for which a caller counts who has asked for a turn. */
const COUNTED_MS = 1000;

/** Who asks for a turn. */
export interface Asker {
  caller: string;
  /** What of a caller's takes turns with the rest of it, such as a request; without, all come in their order. */
  part?: object;
  /** How much is wanted; more than a caller ever gets counts as that. */
  amount?: number;
}

interface Waiter extends Required<Asker> {
  admit: () => void;
}

/**
 * Gives out turns: to the caller who has the least at the moment, and of several such to the one whose last turn is
 * longest ago; of what one caller waits for, to the part that has the least. So neither many requests of one caller nor
 * one request of many statements are in anyone's way.
 */
export class Turns {
  readonly #shares: Shares;
  readonly #refuse: () => Error;
  /** In the order in which they came. */
  readonly #waiting = new Set<Waiter>();
  /** When each caller asked or waited last, of those who still count. */
  readonly #asked = new Map<string, number>();
  readonly #held = new Map<string | object, number>();
  /** The number of each caller's last turn, of those who still count. */
  readonly #lastTurns = new Map<string, number>();
  #turns = 0;
  #left: number;

  /** @param refuse makes the error for whoever waited in vain */
  constructor(shares: Shares, refuse: () => Error) {
    this.#shares = shares;
    this.#refuse = refuse;
    this.#left = shares.total;
  }

  /**
   * Waits for a turn, and gives the function that ends it, or gives back all but so much of it; called again for no
   * less, that does nothing.
   *
   * @throws what `refuse` makes
   */
  take({ caller, part = {}, amount = 1 }: Asker): Promise<(keep?: number) => void> {
    const { least, patience } = this.#shares;
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        ...{ caller, part, amount: Math.min(amount, least) },
        admit: () => {
          clearTimeout(timer);
          this.#hold(waiter, waiter.amount);
          this.#lastTurns.set(caller, (this.#turns += 1));
          let held = waiter.amount;
          resolve((keep = 0) => {
            if (keep >= held) return;
            this.#hold(waiter, keep - held);
            held = keep;
            this.#admitNext();
          });
        },
      };
      const giveUp = () => {
        this.#waiting.delete(waiter);
        reject(this.#refuse());
        // Others may have waited behind it.
        this.#admitNext();
      };
      let timer: NodeJS.Timeout | undefined;
      this.#waiting.add(waiter);
      this.#admitNext();
      if (patience > 0 && this.#waiting.has(waiter)) timer = setTimeout(giveUp, patience);
    });
  }

  #hold({ caller, part }: Waiter, amount: number): void {
    this.#left -= amount;
    for (const holder of [caller, part]) {
      const held = this.#heldBy(holder) + amount;
      if (held > 0) this.#held.set(holder, held);
      else this.#held.delete(holder);
    }
  }

  #heldBy(holder: string | object): number {
    return this.#held.get(holder) ?? 0;
  }

  #admitNext(): void {
    for (let next = this.#next(); next && next.amount <= this.#left; next = this.#next()) {
      this.#waiting.delete(next);
      next.admit();
    }
  }

  /** What one caller may have just now. */
  #share(waiting: Iterable<string>): number {
    const now = performance.now();
    for (const caller of waiting) this.#asked.set(caller, now);
    for (const [caller, at] of this.#asked) {
      if (now - at <= COUNTED_MS) continue;
      this.#asked.delete(caller);
      this.#lastTurns.delete(caller);
    }
    const { perCaller, least } = this.#shares;
    return Math.max(least, Math.floor(perCaller / this.#asked.size));
  }

  /** Whose turn it is. What wants much is not overtaken by what wants little, or it might never come. */
  #next(): Waiter | undefined {
    const firsts = new Map<string, Waiter>();
    for (const waiter of this.#waiting) {
      const first = firsts.get(waiter.caller);
      if (!first || this.#heldBy(waiter.part) < this.#heldBy(first.part)) firsts.set(waiter.caller, waiter);
    }
    const share = this.#share(firsts.keys());
    let next: Waiter | undefined;
    for (const first of firsts.values()) {
      if (this.#heldBy(first.caller) + first.amount > share) continue;
      if (!next || this.#precedes(first.caller, next.caller)) next = first;
    }
    return next;
  }

  #precedes(one: string, other: string): boolean {
    const more = this.#heldBy(one) - this.#heldBy(other);
    return more < 0 || (more === 0 && this.#lastTurnOf(one) < this.#lastTurnOf(other));
  }

  #lastTurnOf(caller: string): number {
    return this.#lastTurns.get(caller) ?? 0;
  }
}

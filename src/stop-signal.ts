import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** npm passes on a Ctrl-C that the terminal has sent to us already: signals this close together are one. */
const ONE_SIGNAL_MS = 1_000;

/** How long what is under way may take to end after the first signal … */
const PATIENCE_MS = 7_500;
/** … and letting go of the database after that. Together less than the ten seconds after which others kill. */
const LAST_MS = 2_000;

/** With what the process ends that had to leave something hanging, as `timeout` of coreutils does. */
const EXIT_OVERDUE = 124;

/** Thrown to leave work undone because the process was told to stop. */
export class Stopped extends Error {
  override name = 'Stopped';

  /** @param exitCode with what the process is to end */
  constructor(
    message: string,
    readonly exitCode: number,
  ) {
    super(message);
  }
}

/**
 * Listens for being told to stop. The first signal asks to finish what is open; a later one, or the end of patience, to
 * end without that. Whatever hangs, the process ends there and then two seconds later, or by one signal more.
 */
export class StopSignal {
  readonly #gently = new AbortController();
  readonly #atOnce = new AbortController();
  readonly #tell: (line: string) => void;
  #firstAt = 0;

  /** Aborted by the first signal. */
  readonly gently: AbortSignal = this.#gently.signal;
  /** Aborted by a later signal, or when patience ends. */
  readonly atOnce: AbortSignal = this.#atOnce.signal;

  /** @param tell is told when patience ends */
  constructor(tell: (line: string) => void) {
    this.#tell = tell;
    for (const signal of SIGNALS) process.on(signal, this.#hear);
  }

  readonly #hear = (signal: (typeof SIGNALS)[number]) => {
    // What a shell reports of a process that a signal has ended.
    const exitCode = 128 + constants.signals[signal];
    if (!this.gently.aborted) {
      this.#firstAt = performance.now();
      this.#gently.abort(new Stopped('Told to stop.', exitCode));
      setTimeout(this.#losePatience, PATIENCE_MS).unref();
    } else if (performance.now() - this.#firstAt > ONE_SIGNAL_MS) {
      this.#hurry(new Stopped('Told to stop at once.', exitCode));
    }
  };

  readonly #losePatience = () => {
    if (this.atOnce.aborted) return;
    this.#tell(
      'Something hangs and does not come to an end, so this ends without it. What was not answered may have been recorded or not.',
    );
    this.#hurry(new Stopped('Told to stop, and overdue.', EXIT_OVERDUE));
  };

  #hurry(reason: Stopped): void {
    for (const signal of SIGNALS) process.off(signal, this.#hear);
    setTimeout(() => process.exit(reason.exitCode), LAST_MS).unref();
    this.#atOnce.abort(reason);
  }
}

/**
 * Gives what the work gives.
 *
 * @throws Stopped as soon as the signal is aborted, while the work may still be going on
 */
export async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const aborted = new Promise<never>((_, reject) => {
    const abort = () => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
  aborted.catch(() => undefined);
  work.catch(() => undefined);
  return Promise.race([aborted, work]);
}

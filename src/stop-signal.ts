const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** npm passes on a Ctrl-C that the terminal has sent to us already: signals this close together are one. */
const ONE_SIGNAL_MS = 1_000;

/** Thrown to leave work undone because the process was told to stop. */
export class Stopped extends Error {
  override name = 'Stopped';
}

/**
 * Listens for being told to stop. The first signal asks to finish what is open; a later one, to end without
 * that; one more ends the process there and then.
 */
export class StopSignal {
  readonly #gently = new AbortController();
  readonly #atOnce = new AbortController();
  #firstAt = 0;

  /** Aborted by the first signal. */
  readonly gently: AbortSignal = this.#gently.signal;
  /** Aborted by a later signal. */
  readonly atOnce: AbortSignal = this.#atOnce.signal;

  constructor() {
    for (const signal of SIGNALS) process.on(signal, this.#hear);
  }

  readonly #hear = () => {
    if (!this.gently.aborted) {
      this.#firstAt = performance.now();
      this.#gently.abort(new Stopped('Told to stop.'));
    } else if (performance.now() - this.#firstAt > ONE_SIGNAL_MS) {
      for (const signal of SIGNALS) process.off(signal, this.#hear);
      this.#atOnce.abort(new Stopped('Told to stop at once.'));
    }
  };
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

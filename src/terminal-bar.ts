import { SingleBar } from 'cli-progress';

/**
 * Shows on a terminal how much of a work is done, from the first update on. Elsewhere it shows nothing: what is printed
 * in the end says it all.
 */
export class TerminalBar {
  readonly #bar: SingleBar | undefined;

  /** @param format of cli-progress: what to write around the bar, and the names of further values */
  constructor(stream: NodeJS.WriteStream, format: string) {
    if (!stream.isTTY) return;
    this.#bar = new SingleBar({ stream, format, clearOnComplete: true, hideCursor: true, etaBuffer: 100 });
  }

  update(done: number, all: number, values: Record<string, string> = {}): void {
    if (!this.#bar) return;
    if (!this.#bar.isActive) {
      this.#bar.start(all, done, values);
      return;
    }
    this.#bar.setTotal(all);
    this.#bar.update(done, values);
  }

  stop(): void {
    this.#bar?.stop();
  }
}

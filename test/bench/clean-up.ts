import { Stopped } from '../../src/stop-signal.js';

/** What has to be undone at the end, however the run ends: the last first. */
export class CleanUp {
  readonly #steps: (() => Promise<void>)[] = [];
  #begun = false;

  /**
   * Remembers how to undo what was just done.
   *
   * @throws Stopped when the end has begun already: it is undone, too, and no more is to be done
   */
  later(step: () => Promise<void>): void {
    this.#steps.push(step);
    if (this.#begun) throw new Stopped('The run has ended.', 130);
  }

  /**
   * Takes every step, also after one that failed, and then those of work that was still under way.
   *
   * @param work fails when what it uses is gone
   */
  async run(work: Promise<unknown>): Promise<void> {
    this.#begun = true;
    await this.#takeSteps();
    await work.catch(() => undefined);
    await this.#takeSteps();
  }

  async #takeSteps(): Promise<void> {
    for (let step = this.#steps.pop(); step; step = this.#steps.pop()) {
      await step().catch((error: unknown) => {
        process.stderr.write(`${(error as Error).message}\n`);
      });
    }
  }
}

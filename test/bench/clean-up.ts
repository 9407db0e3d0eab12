/** What has to be undone at the end, however the run ends: the last first. */
export class CleanUp {
  readonly #steps: (() => Promise<void>)[] = [];

  later(step: () => Promise<void>): void {
    this.#steps.push(step);
  }

  /** Takes every step, also after one that failed. */
  async run(): Promise<void> {
    for (let step = this.#steps.pop(); step; step = this.#steps.pop()) {
      await step().catch((error: unknown) => {
        process.stderr.write(`${(error as Error).message}\n`);
      });
    }
  }
}

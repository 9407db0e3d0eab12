import type { Client, QueryResult } from 'pg';
import { ByteClient } from './byte-client.js';
import { isGivenUp } from './explain-error.js';

type Send = (...given: unknown[]) => Promise<QueryResult>;

/** A connection that whoever has it may use while others do, in `pg`'s pipeline mode. */
export class SharedClient extends ByteClient {
  #unanswered = 0;
  /** When the last answer came, or was first waited for. */
  #heard = 0;
  #isGathering = false;
  #givenUp: Error | undefined;

  override query = ((...given: unknown[]) =>
    this.#ask(() => (super.query as Send).apply(this, given))) as Client['query'];

  /** Milliseconds for which an answer was waited for in vain. */
  get silence(): number {
    return this.#unanswered === 0 ? 0 : performance.now() - this.#heard;
  }

  release(): void {
    // Others have it, too.
  }

  async #ask(send: () => Promise<QueryResult>): Promise<QueryResult> {
    this.#gather();
    if (this.#unanswered === 0) this.#heard = performance.now();
    this.#unanswered += 1;
    try {
      return await send();
    } catch (error) {
      // Of whatever else was asked `pg` only says that the connection was closed.
      if (error instanceof Error && isGivenUp(error)) this.#giveUp(error);
      throw this.#givenUp ?? error;
    } finally {
      this.#unanswered -= 1;
      this.#heard = performance.now();
    }
  }

  #giveUp(error: Error): void {
    if (this.#givenUp) return;
    this.#givenUp = error;
    this.emit('error', error);
  }

  /** What is written in this turn of the event loop leaves at its end. */
  #gather(): void {
    if (this.#isGathering) return;
    this.#isGathering = true;
    const { stream } = this.connection;
    stream.cork();
    setImmediate(() => {
      this.#isGathering = false;
      stream.uncork();
    });
  }
}

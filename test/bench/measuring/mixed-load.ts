import { CASES } from '../cases/all.js';
import { recordCalls } from '../cases/record-batch.js';
import type { Server } from '../servers/server.js';
import { Contender } from './contender.js';
import { HttpClient } from './http-client.js';

const CLIENTS = 16;

/** One request of so many is a batch of recordings: they write more than all others together. */
const BATCH_EVERY = 200;

/** Clients that ask a server for all the cases in turn, until they are told to end. */
export class MixedLoad {
  readonly #server: Server;
  readonly #mix: readonly Contender[];
  readonly #batch: Contender;
  #requests = 0;
  #over = false;

  private constructor(server: Server, mix: readonly Contender[], batch: Contender) {
    this.#server = server;
    this.#mix = mix;
    this.#batch = batch;
  }

  static async prepare(server: Server): Promise<MixedLoad> {
    const mixed = CASES.filter(({ writes }) => (writes?.[server.name] ?? 1) === 1);
    const mix = await Promise.all(mixed.map((asked) => Contender.enter(asked, server)));
    return new MixedLoad(server, mix, await Contender.enter(recordCalls, server));
  }

  /** How many requests were made so far. */
  get requests(): number {
    return this.#requests;
  }

  /** @throws an error where the server fails at one of them */
  async run(): Promise<void> {
    await Promise.all(Array.from({ length: CLIENTS }, () => this.#runClient()));
  }

  end(): void {
    this.#over = true;
  }

  async #runClient(): Promise<void> {
    const client = new HttpClient(this.#server);
    while (!this.#over) {
      this.#requests += 1;
      const next = this.#mix[this.#requests % this.#mix.length];
      await (this.#requests % BATCH_EVERY === 0 ? this.#batch : next)?.ask(client);
    }
    await client.close();
  }
}

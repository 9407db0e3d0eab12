import { Kysely, PostgresDialect, type PostgresPool } from 'kysely';
import type { ClientConfig } from 'pg';
import { SharedClient } from './shared-client.js';

/** Milliseconds after which a statement is not quick, and is broken off. */
const QUICK = 100;

/** Milliseconds without any answer after which nothing more is asked until there is one. */
const STUCK = 50;

/** Milliseconds without an answer to a statement after which none is expected of its connection any more. */
const LOST = 5_000;

/** Plans once for all values: to plan takes longer than a quick statement does. */
const SESSION = `SET plan_cache_mode = force_generic_plan; SET statement_timeout = ${QUICK}`;

/**
 * One connection for whatever is asked at the same time: statements are sent while others are being run, and those of
 * one turn of the event loop with one write. That takes both sides much less than a connection for each of them. They
 * are run one after the other; one that takes long is broken off, as by a timeout of its session, and belongs elsewhere.
 */
export class Pipeline implements PostgresPool {
  readonly options = {};
  readonly sql = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: this }) });
  readonly #config: ClientConfig;
  readonly #session: string;
  #client: SharedClient | undefined;
  #opened: Promise<SharedClient> | undefined;

  /** @param session statements that a connection begins with */
  constructor(config: ClientConfig, session: string) {
    this.#config = { ...config, pipeline: true, query_timeout: LOST };
    this.#session = session;
  }

  /** Whether what is asked now would have to wait for a statement that is not quick, such as one that waits for a lock. */
  get isStuck(): boolean {
    return (this.#client?.silence ?? 0) > STUCK;
  }

  /** The one connection; a new one where the last was lost. */
  connect(): Promise<SharedClient> {
    return (this.#opened ??= this.#open());
  }

  async end(): Promise<void> {
    await this.#opened?.catch(() => undefined);
    await this.#client?.end();
  }

  async #open(): Promise<SharedClient> {
    const client = new SharedClient(this.#config);
    const forget = () => {
      if (this.#client !== client) return;
      this.#client = undefined;
      this.#opened = undefined;
    };
    this.#client = client;
    client.on('error', forget);
    client.on('end', forget);
    try {
      await client.connect();
      await client.query(`${this.#session}; ${SESSION}`);
    } catch (error) {
      forget();
      await client.end().catch(() => undefined);
      throw error;
    }
    return client;
  }
}

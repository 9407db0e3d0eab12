import { Kysely, PostgresDialect, type PostgresPool } from 'kysely';
import type { ClientConfig } from 'pg';
import { SharedClient } from './shared-client.js';

/** Milliseconds beyond what a statement may take, after which nothing is expected of its connection any more. */
const GRACE = 1_000;

/** Milliseconds without any answer after which something on a connection is not quick. */
const QUICK = 100;

/**
 * One connection for whatever is asked at the same time: statements are sent while others are being run, and those of
 * one turn of the event loop with one write. That takes both sides much less than a connection for each of them. They
 * are run one after the other, so all have to be quick.
 */
export class Pipeline implements PostgresPool {
  readonly options = {};
  readonly sql = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: this }) });
  readonly #config: ClientConfig;
  readonly #session: string;
  #client: SharedClient | undefined;
  #opened: Promise<SharedClient> | undefined;

  /**
   * @param session statements that a connection begins with
   * @param timeout milliseconds that a statement may take, by what `session` says
   */
  constructor(config: ClientConfig, session: string, timeout: number) {
    this.#config = { ...config, pipeline: true, query_timeout: timeout + GRACE };
    this.#session = session;
  }

  /** Whether whatever is asked now had to wait for a statement that is not quick, such as one that waits for a lock. */
  get isStuck(): boolean {
    return (this.#client?.silence ?? 0) > QUICK;
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
      await client.query(this.#session);
    } catch (error) {
      forget();
      await client.end().catch(() => undefined);
      throw error;
    }
    return client;
  }
}

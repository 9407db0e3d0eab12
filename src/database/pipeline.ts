import { Kysely, PostgresDialect, type PostgresPool } from 'kysely';
import type { ClientConfig } from 'pg';
import type { PoolUse } from './connection-pool.js';
import { sessionOf } from './session.js';
import { SharedClient } from './shared-client.js';

/** Milliseconds without any answer after which nothing more is asked until there is one. */
const STUCK_AFTER_MS = 50;

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

  constructor(config: ClientConfig, { settings, deadline }: Pick<PoolUse, 'settings' | 'deadline'>) {
    this.#config = { ...config, pipeline: true, query_timeout: deadline };
    this.#session = sessionOf(settings);
  }

  /** Whether what is asked now would have to wait for a statement that is not quick, such as one that waits for a lock. */
  get isStuck(): boolean {
    return (this.#client?.silence ?? 0) > STUCK_AFTER_MS;
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

import { Pool, type ClientConfig, type ClientBase, type PoolClient } from 'pg';
import { ByteClient } from './byte-client.js';
import { isGivenUp } from './explain-error.js';
import { sessionOf, type Settings } from './session.js';

/** Milliseconds that it may take to open a connection, or to wait for one. */
const CONNECT_TIMEOUT_MS = 4_000;

/** Milliseconds without traffic after which the system asks whether the other side is still there. */
const KEEP_ALIVE_DELAY_MS = 10_000;

/** What connections have in common, whatever they are for. */
export interface ConnectionConfig extends ClientConfig {
  /** Decides which of the open connections are used again. */
  trust: Trust;
}

/**
 * Since when connections are trusted. One that was opened before may have lost its way to the database without a sign,
 * as at a failover; it is replaced when it is wanted next.
 */
export class Trust {
  #since = -Infinity;

  renew(): void {
    this.#since = performance.now();
  }

  covers({ openedAt }: { openedAt: number }): boolean {
    return openedAt >= this.#since;
  }
}

/** What is the same for all connections to a database. */
export function connectionConfig(url: string): ClientConfig {
  return {
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_DELAY_MS,
    application_name: 'llm-call-log',
  };
}

type Send = (...given: unknown[]) => unknown;

/**
 * A connection of a pool. Where a statement is not answered in time, the connection is destroyed, and all that were
 * opened before are doubted: nothing else frees one whose other side is gone.
 */
class PooledClient extends ByteClient {
  readonly openedAt = performance.now();
  readonly #trust: Trust;

  constructor(config: ConnectionConfig) {
    super(config);
    this.#trust = config.trust;
    // Whoever waits for a statement is told by its promise.
    this.on('error', () => undefined);
  }

  override query = ((...given: unknown[]) => {
    const answer = (super.query as Send).apply(this, given);
    return answer instanceof Promise ? answer.catch((error: unknown) => this.#fail(error)) : answer;
  }) as ByteClient['query'];

  #fail(error: unknown): never {
    if (error instanceof Error && isGivenUp(error)) {
      this.#trust.renew();
      // Before anybody can get the connection anew.
      this.connection.emit('error', error);
      this.connection.stream.destroy();
    }
    throw error;
  }
}

/** What the connections of a pool are for. */
export interface PoolUse {
  max: number;
  /** Settings that every statement runs with. */
  settings: Settings;
  /** Milliseconds that any statement may go unanswered; 0 for any time. The database breaks it off before that. */
  deadline: number;
  /** Whether to set a session up. Behind a pooler that hands connections on there is none. */
  hasSession: boolean;
}

/** Connections that are opened when they are wanted, and closed when they are not. */
export class ConnectionPool extends Pool {
  readonly #trust: Trust;
  readonly #inUse = new Set<PoolClient>();

  constructor(config: ConnectionConfig, { max, settings, deadline, hasSession }: PoolUse) {
    super({
      ...config,
      Client: PooledClient as unknown as new () => ByteClient,
      max,
      ...(deadline === 0 ? {} : { query_timeout: deadline }),
      // A connection on which this fails is closed, and its place in the pool is free again.
      ...(hasSession && { onConnect: setUp(settings) }),
    });
    this.#trust = config.trust;
    this.on('error', () => undefined);
    this.on('acquire', (client) => void this.#inUse.add(client));
    this.on('release', (_error, client) => void this.#inUse.delete(client));
  }

  /** The numbers of PostgreSQL's processes behind the connections that are in use. */
  get backends(): number[] {
    return Array.from(this.#inUse, (client) => (client as { processID?: number }).processID ?? 0);
  }

  override connect = (async () => {
    for (;;) {
      const client = (await super.connect()) as PoolClient & PooledClient;
      if (this.#trust.covers(client)) return client;
      client.release(true);
    }
  }) as Pool['connect'];
}

/** The pool waits for the promise, though its type does not tell. */
function setUp(settings: Settings): (client: ClientBase) => unknown {
  const statement = { text: sessionOf(settings), query_timeout: CONNECT_TIMEOUT_MS };
  return (client) => client.query(statement);
}

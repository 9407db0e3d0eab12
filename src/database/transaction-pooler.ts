import {
  CompiledQuery,
  PostgresDialect,
  PostgresDriver,
  type DatabaseConnection,
  type PostgresDialectConfig,
  type TransactionSettings,
} from 'kysely';
import { textOf } from './prepared.js';
import { transactionOf, type Settings } from './session.js';

const COMMIT = CompiledQuery.raw('commit');
const ROLLBACK = CompiledQuery.raw('rollback');

/**
 * PostgreSQL behind a pooler that gives a connection to another client after each transaction. Nothing may be left on
 * it, so that what a session would be set to is set in each transaction; a statement by itself becomes one.
 */
export class TransactionPoolerDialect extends PostgresDialect {
  readonly #config: PostgresDialectConfig;
  readonly #settings: Settings;

  constructor(config: PostgresDialectConfig, settings: Settings) {
    super(config);
    this.#config = config;
    this.#settings = settings;
  }

  override createDriver(): PostgresDriver {
    return new TransactionPoolerDriver(this.#config, this.#settings);
  }
}

/** Where the transaction stands that a connection was handed out with. */
interface Begun {
  failed: boolean;
  ended: boolean;
}

class TransactionPoolerDriver extends PostgresDriver {
  readonly #begin: CompiledQuery;
  readonly #begun = new WeakMap<DatabaseConnection, Begun>();

  constructor(config: PostgresDialectConfig, settings: Settings) {
    super(config);
    this.#begin = CompiledQuery.raw(transactionOf(settings));
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    const connection = await super.acquireConnection();
    const begun = this.#stateOf(connection);
    Object.assign(begun, { failed: false, ended: false });
    try {
      await connection.executeQuery(this.#begin);
    } catch (error) {
      await super.releaseConnection(connection as never);
      throw error;
    }
    return connection;
  }

  override async releaseConnection(connection: DatabaseConnection): Promise<void> {
    const { failed, ended } = this.#stateOf(connection);
    try {
      if (failed && !ended) await connection.executeQuery(ROLLBACK).catch(() => undefined);
      else if (!ended) await connection.executeQuery(COMMIT);
    } finally {
      await super.releaseConnection(connection as never);
    }
  }

  override async beginTransaction(
    connection: DatabaseConnection,
    { isolationLevel, accessMode }: TransactionSettings,
  ): Promise<void> {
    const modes = [isolationLevel && `ISOLATION LEVEL ${isolationLevel}`, accessMode].filter(Boolean);
    if (modes.length === 0) return;
    await connection.executeQuery(CompiledQuery.raw(`SET TRANSACTION ${modes.join(' ')}`));
  }

  override async commitTransaction(connection: DatabaseConnection): Promise<void> {
    this.#stateOf(connection).ended = true;
    await connection.executeQuery(COMMIT);
  }

  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    this.#stateOf(connection).ended = true;
    await connection.executeQuery(ROLLBACK);
  }

  /** Notes, from the first time on, whether a statement of the connection failed, and lets it keep none prepared. */
  #stateOf(connection: DatabaseConnection): Begun {
    let begun = this.#begun.get(connection);
    if (!begun) {
      const state: Begun = { failed: false, ended: false };
      const execute = connection.executeQuery.bind(connection);
      connection.executeQuery = async (query) => {
        try {
          return await execute({ ...query, sql: textOf(query) });
        } catch (error) {
          state.failed = true;
          throw error;
        }
      };
      this.#begun.set(connection, (begun = state));
    }
    return begun;
  }
}

import { MikroORM, type Options } from '@mikro-orm/postgresql';
import { CompiledQuery, sql, type DatabaseConnection, type Kysely } from 'kysely';
import type { ClientConfig, CustomTypesConfig } from 'pg';
import { OperatorError } from '../operator-error.js';
import { ByteClient } from './byte-client.js';
import { refusedByDatabase } from './explain-error.js';
import { Pipeline } from './pipeline.js';

/** Connections to one PostgreSQL database. */
export interface Database {
  orm: MikroORM;
  /** For statements written out; values go in as parameters. */
  sql: Kysely<unknown>;
  /**
   * For statements that only read, and are broken off when they take too long. They have connections of their own, so
   * that no number of slow reads keeps a call from being recorded. They are to the same server, though MikroORM calls
   * it a replica: what was just written can be read, as keys and tokens must be.
   */
  reads: Kysely<unknown>;
  /**
   * One connection more for those of them that should be quick, with one plan for all values; one that is not is soon
   * broken off there. The same as `reads` where there are connections for no more, and while that one is stuck.
   */
  readonly quickReads: Kysely<unknown>;
  /** Milliseconds that such a statement may take; 0 for any time. */
  readTimeout: number;
  /** How many of `reads` run at once. */
  readers: number;
  /** For connections of one's own. */
  url: string;
  close(): Promise<void>;
}

const OLDEST = 140000;

/**
 * Every statement is written for UTC, and must read the same whatever the role's or database's defaults are.
 * A statement whose client was killed ends soon, so that a migration can be run again; not every system that
 * PostgreSQL runs on can notice that. None is compiled: where estimates are far off, that takes longer than to run it.
 */
const SESSION = `
  SET datestyle = 'ISO, YMD';
  SET timezone = 'UTC';
  SET jit = off;
  DO $$ BEGIN
    SET client_connection_check_interval = '1s';
  EXCEPTION WHEN invalid_parameter_value THEN NULL;
  END $$`;

/** A read takes one processor at the most: how many run at once is how much of the machine they take. */
const READ_SESSION = 'SET max_parallel_workers_per_gather = 0';

/** The classes that stand for tables. */
export type Entities = NonNullable<Options['entities']>;

/** How a server uses a database; a command has nothing to break off. */
export interface ReadLimit {
  /** Milliseconds that a statement of `reads` may take; 0 for any time. */
  readTimeout: number;
}

/**
 * Connects, and makes sure that the server is a PostgreSQL that the product works on.
 *
 * @param url postgres://user:password@host:port/database
 * @param entities every table that is used
 * @param poolSize most connections; a half of them is for `reads`, where those are limited and there are two or more
 * @throws OperatorError in one sentence where it cannot be used
 */
export async function openDatabase(
  url: string,
  entities: Entities,
  poolSize: number,
  { readTimeout }: ReadLimit = { readTimeout: 0 },
): Promise<Database> {
  const half = Math.floor(poolSize / 2);
  const ownReaders = readTimeout > 0 ? half : 0;
  const pipelines = ownReaders > 1 ? 1 : 0;
  const options: ClientConfig = {
    connectionString: url,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    application_name: 'llm-call-log',
  };
  const orm = new MikroORM({
    clientUrl: url,
    entities,
    onCreateConnection: prepareSession(SESSION),
    pool: { min: 0, max: poolSize - ownReaders },
    replicas:
      ownReaders === 0
        ? []
        : [
            {
              clientUrl: url,
              pool: { min: 0, max: ownReaders - pipelines },
              // A session's setting, made with the others when it begins: no statement costs more for it.
              onCreateConnection: prepareSession(
                `${SESSION}; ${READ_SESSION}; SET statement_timeout = ${readTimeout}`,
              ),
            },
          ],
    preferReadReplicas: false,
    driverOptions: { ...options, Client: ByteClient },
    migrations: {
      transactional: true,
      disableForeignKeys: false,
    },
    logger: () => undefined,
  });
  try {
    await orm.connect();
    const kysely = orm.em.fork().getKysely<unknown>();
    const reads = orm.em.fork().getKysely<unknown>({ type: 'read' });
    const version = await sql<{ number: number }>`
      SELECT current_setting('server_version_num')::integer AS number`.execute(kysely);
    if ((version.rows[0]?.number ?? 0) < OLDEST) {
      throw new OperatorError('The database of DATABASE_URL is too old: PostgreSQL 14 or newer is needed.');
    }
    const pipeline = new Pipeline({ ...options, types: typesOf(orm) }, `${SESSION}; ${READ_SESSION}`);
    return {
      ...{ orm, sql: kysely, reads, readTimeout, url },
      get quickReads() {
        return pipelines === 0 || pipeline.isStuck ? reads : pipeline.sql;
      },
      readers: Math.max(1, half - pipelines),
      close: async () => {
        await Promise.all([pipeline.end(), orm.close(true)]);
      },
    };
  } catch (error) {
    await orm.close(true);
    throw refusedByDatabase(error);
  }
}

function prepareSession(settings: string): (connection: unknown) => Promise<void> {
  return async (connection) => {
    await (connection as DatabaseConnection).executeQuery(CompiledQuery.raw(settings));
  };
}

/** How a connection of MikroORM's reads values. */
function typesOf(orm: MikroORM): CustomTypesConfig {
  const { types } = orm.em.getConnection().mapOptions({});
  if (!types) throw new Error('MikroORM reads values in a way of its own.');
  return types;
}

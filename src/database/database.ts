import { MikroORM, type Options } from '@mikro-orm/postgresql';
import { Kysely, PostgresDialect, sql, type Dialect } from 'kysely';
import type { CustomTypesConfig } from 'pg';
import { OperatorError } from '../operator-error.js';
import {
  DEFAULT_WRITE_TIMEOUT_MS,
  kindOfCommand,
  kindsOf,
  type Kind,
  type PoolerMode,
  type ServerUse,
} from './connection-kinds.js';
import {
  connectionConfig,
  ConnectionPool,
  Trust,
  type ConnectionConfig,
  type PoolUse,
} from './connection-pool.js';
import { refusedByDatabase } from './explain-error.js';
import { Pipeline } from './pipeline.js';
import { TransactionPoolerDialect } from './transaction-pooler.js';

/** Connections to one PostgreSQL database. */
export interface Database {
  orm: MikroORM;
  /** For statements written out; values go in as parameters. */
  sql: Kysely<unknown>;
  /**
   * For recording calls, on connections of their own: none waits for long for a lock, and none is waited for for long.
   */
  recording: Kysely<unknown>;
  /** How many of `recording` run at once. */
  recorders: number;
  /** For what the server does by itself and may take minutes. */
  upkeep: Kysely<unknown>;
  /**
   * For statements that only read, and are broken off when they take too long. They have connections of their own, so
   * that no number of slow reads keeps a call from being recorded. They are to the same server: what was just written
   * can be read, as keys and tokens must be.
   */
  reads: Kysely<unknown>;
  /**
   * One connection more for those of them that should be quick, with one plan for all values; one that is not is soon
   * broken off there. The same as `reads` where there are connections for no more, and while that one is stuck.
   */
  readonly quickReads: Kysely<unknown>;
  /** Milliseconds that such a statement may take; 0 for any time. */
  readTimeout: number;
  /** Milliseconds in which a recording is to be answered. */
  writeTimeout: number;
  pooler: PoolerMode;
  /** How many of `reads` run at once. */
  readers: number;
  /** For connections of one's own. */
  url: string;
  /** Says that the connections that are open now may lead nowhere: each is replaced when it is wanted next. */
  distrustConnections(): void;
  /** How many connections there are of each kind. */
  connections: () => ConnectionCount[];
  close(): Promise<void>;
}

/** Connections of one kind. */
export interface ConnectionCount {
  kind: Kind;
  inUse: number;
  idle: number;
  /** Statements that wait for one. */
  waiting: number;
  /** The numbers of PostgreSQL's processes behind those that are in use. */
  backends: number[];
}

/** server_version_num of PostgreSQL 14. */
const MIN_VERSION = 140000;

/** The classes that stand for tables. */
export type Entities = NonNullable<Options['entities']>;

/**
 * Connects, and makes sure that the server is a PostgreSQL that the product works on.
 *
 * @param url postgres://user:password@host:port/database
 * @param entities every table that is used
 * @param poolSize most connections; for a server at least four
 * @param use a command has no limits
 * @throws OperatorError in one sentence where it cannot be used
 */
export async function openDatabase(
  url: string,
  entities: Entities,
  poolSize: number,
  { pooler = 'none', ...use }: Partial<ServerUse> = {},
): Promise<Database> {
  const { readTimeout, writeTimeout = DEFAULT_WRITE_TIMEOUT_MS } = use;
  const kinds =
    readTimeout === undefined ? undefined : kindsOf(poolSize, { readTimeout, writeTimeout, pooler });
  const config: ConnectionConfig = { ...connectionConfig(url), trust: new Trust() };
  const pools: Pools = new Map();
  const dialectOf = (kind: Kind, poolUse: PoolUse): Dialect =>
    dialectFor(kind, poolUse, (): ConnectionPool => {
      const pool = new ConnectionPool({ ...config, types: typesOf(orm) }, poolUse);
      pools.set(kind, pool);
      return pool;
    });
  const orm: MikroORM = new MikroORM({
    clientUrl: url,
    entities,
    driverOptions: dialectOf('sql', kinds?.sql ?? kindOfCommand(poolSize, pooler)),
    migrations: {
      transactional: true,
      disableForeignKeys: false,
    },
    logger: () => undefined,
  });
  try {
    await orm.connect();
    const kysely = orm.em.fork().getKysely<unknown>();
    await refuseOldServer(kysely);
    const own: Kysely<unknown>[] = [];
    const connectionsFor = (kind: Kind) => {
      if (!kinds) return kysely;
      const connections = new Kysely<unknown>({ dialect: dialectOf(kind, kinds[kind]) });
      own.push(connections);
      return connections;
    };
    const reads = connectionsFor('reads');
    const pipeline =
      kinds && kinds.pipeline.max > 0
        ? new Pipeline({ ...config, types: typesOf(orm) }, kinds.pipeline)
        : undefined;
    return {
      ...{ orm, url, reads, sql: kysely },
      recording: connectionsFor('recording'),
      upkeep: connectionsFor('upkeep'),
      get quickReads() {
        return pipeline && !pipeline.isStuck ? pipeline.sql : reads;
      },
      readTimeout: readTimeout ?? 0,
      writeTimeout,
      pooler,
      readers: kinds?.reads.max ?? poolSize,
      recorders: kinds?.recording.max ?? poolSize,
      distrustConnections: () => {
        config.trust.renew();
      },
      connections: () => countsOf(pools),
      close: async () => {
        await Promise.all([pipeline?.end(), orm.close(true), ...own.map((one) => one.destroy())]);
      },
    };
  } catch (error) {
    await orm.close(true);
    throw refusedByDatabase(error);
  }
}

/** What has no deadline, as commands, or is upkeep, makes its transactions by itself: VACUUM cannot run in one. */
function dialectFor(
  kind: Kind,
  { hasSession, settings, deadline }: PoolUse,
  open: () => ConnectionPool,
): Dialect {
  const config = { pool: () => Promise.resolve(open()) };
  return hasSession || deadline === 0 || kind === 'upkeep'
    ? new PostgresDialect(config)
    : new TransactionPoolerDialect(config, settings);
}

type Pools = Map<Kind, ConnectionPool>;

function countsOf(pools: Pools): ConnectionCount[] {
  return Array.from(pools, ([kind, { totalCount, idleCount, waitingCount, backends }]) => ({
    kind,
    inUse: totalCount - idleCount,
    idle: idleCount,
    waiting: waitingCount,
    backends,
  }));
}

async function refuseOldServer(kysely: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{ number: number }>`
    SELECT current_setting('server_version_num')::integer AS number`.execute(kysely);
  if ((rows[0]?.number ?? 0) < MIN_VERSION) {
    throw new OperatorError('The database of DATABASE_URL is too old: PostgreSQL 14 or newer is needed.');
  }
}

/** How a connection of MikroORM's reads values. */
function typesOf(orm: MikroORM): CustomTypesConfig {
  const { types } = orm.em.getConnection().mapOptions({});
  if (!types) throw new Error('MikroORM reads values in a way of its own.');
  return types;
}

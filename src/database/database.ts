import { Migrator } from '@mikro-orm/migrations';
import { MikroORM } from '@mikro-orm/postgresql';
import { CompiledQuery, sql, type DatabaseConnection, type Kysely } from 'kysely';
import { OperatorError } from '../errors.js';
import { entities } from './entities.js';
import { explainDatabaseError } from './explain-error.js';
import { migrations } from './migrate.js';

/** One pool of connections to one PostgreSQL database. */
export interface Database {
  orm: MikroORM;
  /** For statements written out; values go in as parameters. */
  sql: Kysely<unknown>;
  close(): Promise<void>;
}

const OLDEST = 140000;

/**
 * Connects, and makes sure that the server is a PostgreSQL that the product works on.
 *
 * @param url postgres://user:password@host:port/database
 * @throws OperatorError in one sentence where it cannot be used
 */
export async function openDatabase(url: string, poolSize: number): Promise<Database> {
  const orm = new MikroORM({
    clientUrl: url,
    entities,
    extensions: [Migrator],
    // Every statement is written for UTC, and must read the same whatever the role's or database's defaults are.
    onCreateConnection: async (connection) => {
      const settings = CompiledQuery.raw("SET datestyle = 'ISO, YMD'; SET timezone = 'UTC'");
      await (connection as DatabaseConnection).executeQuery(settings);
    },
    pool: { min: 0, max: poolSize },
    driverOptions: {
      connectionString: url,
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
      application_name: 'llm-call-log',
    },
    migrations: {
      migrationsList: migrations,
      transactional: true,
      allOrNothing: false,
      disableForeignKeys: false,
      snapshot: false,
    },
    logger: () => undefined,
  });
  try {
    await orm.connect();
    const kysely = orm.em.fork().getKysely<unknown>();
    const version = await sql<{ number: number }>`
      SELECT current_setting('server_version_num')::integer AS number`.execute(kysely);
    if ((version.rows[0]?.number ?? 0) < OLDEST) {
      throw new OperatorError('The database of DATABASE_URL is too old: PostgreSQL 14 or newer is needed.');
    }
    return { orm, sql: kysely, close: () => orm.close(true) };
  } catch (error) {
    await orm.close(true);
    throw explainDatabaseError(error);
  }
}

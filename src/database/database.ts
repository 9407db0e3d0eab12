import { MikroORM } from '@mikro-orm/postgresql';
import { CompiledQuery, sql, type DatabaseConnection, type Kysely } from 'kysely';
import { OperatorError } from '../errors.js';
import { entities } from './entities.js';
import { refusedByDatabase } from './explain-error.js';

/** One pool of connections to one PostgreSQL database. */
export interface Database {
  orm: MikroORM;
  /** For statements written out; values go in as parameters. */
  sql: Kysely<unknown>;
  /** For connections of one's own. */
  url: string;
  close(): Promise<void>;
}

const OLDEST = 140000;

/**
 * Every statement is written for UTC, and must read the same whatever the role's or database's defaults are.
 * A statement whose client was killed ends soon, so that a migration can be run again; not every system that
 * PostgreSQL runs on can notice that.
 */
const SESSION = `
  SET datestyle = 'ISO, YMD';
  SET timezone = 'UTC';
  DO $$ BEGIN
    SET client_connection_check_interval = '1s';
  EXCEPTION WHEN invalid_parameter_value THEN NULL;
  END $$`;

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
    onCreateConnection: async (connection) => {
      await (connection as DatabaseConnection).executeQuery(CompiledQuery.raw(SESSION));
    },
    pool: { min: 0, max: poolSize },
    driverOptions: {
      connectionString: url,
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
      application_name: 'llm-call-log',
    },
    migrations: {
      transactional: true,
      disableForeignKeys: false,
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
    return { orm, sql: kysely, url, close: () => orm.close(true) };
  } catch (error) {
    await orm.close(true);
    throw refusedByDatabase(error);
  }
}

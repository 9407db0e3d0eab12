import type { PoolerMode } from './connection-kinds.js';
import { openDatabase, type Database, type Entities } from './database.js';
import { useEmbeddedPostgres } from './embedded.js';

/** Which database to use, and how. */
export interface DatabaseConfig {
  /** A database of the operator's own; undefined means the embedded one in `dataDir`. */
  databaseUrl: string | undefined;
  /** Absolute path of the folder that holds the embedded database. */
  dataDir: string;
  /** Most connections that this process opens to the database. */
  databasePoolSize: number;
  databasePooler: PoolerMode;
  /** Milliseconds that a statement of a query may take; 0 for any time. */
  readTimeout: number;
  /** Milliseconds in which a recording is to be answered. */
  writeTimeout: number;
}

/** The database that the configuration names, open. */
export interface ConfiguredDatabase {
  database: Database;
  /** For connections of one's own, such as a COPY. */
  url: string;
  /** Whether it is the embedded one, which this product looks after. */
  embedded: boolean;
  close(): Promise<void>;
  /** Lets go of the database under whatever still uses it; the process is to end after this. */
  abandon(): Promise<void>;
}

/** Opens a database for a command, hands it over, and closes it afterwards, whatever comes of the work. */
export type UseDatabase = <T>(use: (opened: ConfiguredDatabase) => Promise<T>) => Promise<T>;

/**
 * Opens the database of DATABASE_URL, or else brings up the embedded one in DATA_DIR.
 *
 * @param entities every table that is used
 * @param role a data folder has at most one server
 * @param report is told what happens to the embedded database later on
 * @throws OperatorError in one sentence where it cannot be used
 */
export async function openConfiguredDatabase(
  {
    databaseUrl,
    dataDir,
    databasePoolSize,
    databasePooler: pooler,
    readTimeout,
    writeTimeout,
  }: DatabaseConfig,
  entities: Entities,
  role: 'server' | 'command',
  report: (event: string) => void,
): Promise<ConfiguredDatabase> {
  const use = role === 'server' ? { readTimeout, writeTimeout, pooler } : { pooler };
  if (databaseUrl !== undefined) {
    const database = await openDatabase(databaseUrl, entities, databasePoolSize, use);
    const abandon = () => Promise.resolve();
    return { database, url: databaseUrl, embedded: false, close: () => database.close(), abandon };
  }
  const postgres = await useEmbeddedPostgres(dataDir, role, report);
  try {
    const database = await openDatabase(postgres.url, entities, databasePoolSize, use);
    const close = async () => {
      await database.close();
      await postgres.release();
    };
    return { database, url: postgres.url, embedded: true, close, abandon: () => postgres.release() };
  } catch (error) {
    await postgres.release();
    throw error;
  }
}

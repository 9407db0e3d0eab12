import type { Config } from '../config.js';
import { openDatabase, type Database } from './database.js';
import { useEmbeddedPostgres } from './embedded.js';

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

/**
 * Opens the database of DATABASE_URL, or else brings up the embedded one in DATA_DIR.
 *
 * @param role a data folder has at most one server
 * @param report is told what happens to the embedded database later on
 * @throws OperatorError in one sentence where it cannot be used
 */
export async function openConfiguredDatabase(
  { databaseUrl, dataDir, databasePoolSize, readTimeout }: Config,
  role: 'server' | 'command',
  report: (event: string) => void,
): Promise<ConfiguredDatabase> {
  const limit = { readTimeout: role === 'server' ? readTimeout : 0 };
  if (databaseUrl !== undefined) {
    const database = await openDatabase(databaseUrl, databasePoolSize, limit);
    const abandon = () => Promise.resolve();
    return { database, url: databaseUrl, embedded: false, close: () => database.close(), abandon };
  }
  const postgres = await useEmbeddedPostgres(dataDir, role, report);
  try {
    const database = await openDatabase(postgres.url, databasePoolSize, limit);
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

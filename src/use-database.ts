import { readConfig, type Config } from './config.js';
import { migrate, refusePendingMigrations } from './database/migrating/migrate.js';
import { openConfiguredDatabase, type ConfiguredDatabase } from './database/open-configured.js';
import { entities } from './entities.js';
import { Stopped, unlessAborted } from './stop-signal.js';

type Use<T> = (opened: ConfiguredDatabase) => Promise<T>;

/**
 * The database for a command, as it stands.
 *
 * @param atOnce is aborted when nothing is to be waited for any more
 * @throws OperatorError in one sentence where it cannot be used
 */
export async function useAsItIs<T>(
  environment: NodeJS.ProcessEnv,
  atOnce: AbortSignal,
  use: Use<T>,
): Promise<T> {
  const opened = await openConfiguredDatabase(readConfig(environment), entities, 'command', reportProblem);
  return closeAfter(opened, atOnce, () => use(opened));
}

/**
 * The database for a command that works on the product's tables: the embedded one is migrated on the way.
 *
 * @throws OperatorError also where a migration is pending on a database of the operator's own
 */
export async function useMigrated<T>(
  environment: NodeJS.ProcessEnv,
  atOnce: AbortSignal,
  use: Use<T>,
): Promise<T> {
  return useAsItIs(environment, atOnce, async (opened) => {
    if (opened.embedded) await migrate(opened.database);
    else await refusePendingMigrations(opened.database);
    return use(opened);
  });
}

/**
 * The database for a server; the embedded one is migrated on the way.
 *
 * @param report is told what happens to the embedded database later on
 * @param atOnce is aborted when nothing is to be waited for any more
 */
export async function useAsServer<T>(
  config: Config,
  report: (event: string) => void,
  atOnce: AbortSignal,
  use: Use<T>,
): Promise<T> {
  const opened = await openConfiguredDatabase(config, entities, 'server', report);
  return closeAfter(opened, atOnce, () => use(opened));
}

async function closeAfter<T>(
  opened: ConfiguredDatabase,
  atOnce: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await unlessAborted(atOnce, workAndClose(opened, work));
  } catch (error) {
    // What still runs would keep the database from closing.
    if (error instanceof Stopped) await opened.abandon();
    throw error;
  }
}

async function workAndClose<T>(opened: ConfiguredDatabase, work: () => Promise<T>): Promise<T> {
  let result: T;
  try {
    result = await work();
  } catch (error) {
    if (!(error instanceof Stopped)) await opened.close();
    throw error;
  }
  await opened.close();
  return result;
}

function reportProblem(line: string): void {
  process.stderr.write(`${line}\n`);
}

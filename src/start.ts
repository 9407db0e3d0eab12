import { readConfig, type Config } from './config.js';
import { migrate } from './database/migrating/migrate.js';
import type { ConfiguredDatabase } from './database/open-configured.js';
import { ensureDemo, type DemoArguments } from './demo/ensure-demo.js';
import { createLogger } from './http/logger.js';
import { serve } from './serve.js';
import { Stopped, unlessAborted, type StopSignal } from './stop-signal.js';
import { useAsServer } from './use-database.js';

/** `start`: serves the database that the environment names until the process is told to stop. */
export async function start(environment: NodeJS.ProcessEnv, stop: StopSignal): Promise<void> {
  await startOn(readConfig(environment), stop);
}

/** `demo`: the same on a data folder of its own, filled with made-up calls. */
export async function startDemo(
  environment: NodeJS.ProcessEnv,
  options: DemoArguments,
  stop: StopSignal,
): Promise<void> {
  // Never a database of the operator's own, which made-up calls would spoil.
  const config = readConfig({ DATA_DIR: './demo-data', ...environment, DATABASE_URL: '' });
  await startOn(config, stop, (opened) => ensureDemo(opened, options, print));
}

async function startOn(
  config: Config,
  stop: StopSignal,
  prepare: (opened: ConfiguredDatabase) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const logger = createLogger(config.logLevel);
  const report = (event: string) => {
    logger.error(event);
  };
  try {
    await useAsServer(config, report, stop.atOnce, async (opened) => {
      if (opened.embedded) await unlessAborted(stop.gently, migrate(opened.database));
      await unlessAborted(stop.gently, prepare(opened));
      await serve(config, opened.database, stop.gently, print);
    });
  } catch (error) {
    // A server that was not open yet leaves nothing undone.
    if (!(error instanceof Stopped) || stop.atOnce.aborted) throw error;
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

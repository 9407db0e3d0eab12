#!/usr/bin/env node
import 'reflect-metadata';
import { Command } from 'commander';
import { tokenCommand } from './access/token-command.js';
import { importCommand } from './call-logs/import-command.js';
import { readConfig, type Config } from './config.js';
import { checkCommand } from './consistency/check-command.js';
import { createCheck } from './consistency/check.js';
import { dryContext } from './context.js';
import { describeDatabase } from './consistency/database-document.js';
import { migrateCommand } from './database/migrate-command.js';
import { migrate, refusePendingMigrations } from './database/migrate.js';
import { openConfiguredDatabase, type ConfiguredDatabase } from './database/open-configured.js';
import { ensureDemo, type DemoArguments } from './demo/ensure-demo.js';
import { entities } from './entities.js';
import { OperatorError } from './operator-error.js';
import { createLogger } from './http/logger.js';
import { keysCommand } from './keys/keys-command.js';
import { createSchema, printedSchema } from './schema.js';
import { serve } from './serve.js';
import { Stopped, StopSignal, unlessAborted } from './stop-signal.js';
import { usageCommand } from './usage/usage-command.js';

const program = new Command('llm-call-log').description(
  'GraphQL server for the log of calls to large language models. Configured by environment variables; see README.md.',
);

const stop = new StopSignal();

program
  .command('start', { isDefault: true })
  .description('serve the GraphQL API and GraphiQL')
  .action(() => start(readConfig(process.env)));

program.addCommand(
  migrateCommand(
    async (use) => finallyClose(await openForCommand(), ({ database }) => use(database)),
    stop.gently,
  ),
);

program.addCommand(importCommand(openMigrated, stop.gently));

program.addCommand(tokenCommand(openMigrated));

program.addCommand(keysCommand(openMigrated, () => readConfig(process.env)));

program.addCommand(
  usageCommand(
    async (use) => finallyClose(await openMigrated(), ({ database }) => use(database)),
    stop.gently,
  ),
);

program
  .command('demo')
  .description('serve a year of made-up calls from a data folder of their own (./demo-data, or DATA_DIR)')
  .option('--calls <number>', 'how many calls to make up', '200000')
  .option('--seed <number>', 'another seed makes up other calls', '1')
  .action((options: DemoArguments) => {
    // Never a database of the operator's own, which made-up calls would spoil.
    const config = readConfig({ DATA_DIR: './demo-data', ...process.env, DATABASE_URL: '' });
    return start(config, (opened) => ensureDemo(opened, options, print));
  });

program.addCommand(
  checkCommand(openForCommand, async (database) => createCheck(database, await createSchema(), dryContext)),
);

program
  .command('describe')
  .description('describe the tables of the database, as Markdown')
  .action(async () => {
    await finallyClose(await openMigrated(), async ({ database }) => {
      process.stdout.write(await describeDatabase(database, await createSchema()));
    });
  });

program
  .command('schema')
  .description('print the GraphQL schema')
  .action(async () => {
    process.stdout.write(await printedSchema());
  });

async function start(
  config: Config,
  prepare: (opened: ConfiguredDatabase) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const logger = createLogger(config.logLevel);
  const opened = await openConfiguredDatabase(config, entities, 'server', (event) => {
    logger.error(event);
  });
  await finallyClose(opened, async (opened) => {
    if (opened.embedded) await unlessAborted(stop.gently, migrate(opened.database));
    await unlessAborted(stop.gently, prepare(opened));
    await unlessAborted(stop.atOnce, serve(config, opened.database, stop.gently, print));
  });
}

/** For commands that work on the product's tables: the embedded database is migrated on the way. */
async function openMigrated(): Promise<ConfiguredDatabase> {
  const opened = await openForCommand();
  try {
    if (opened.embedded) await migrate(opened.database);
    else await refusePendingMigrations(opened.database);
    return opened;
  } catch (error) {
    await opened.close();
    throw error;
  }
}

function openForCommand(): Promise<ConfiguredDatabase> {
  return openConfiguredDatabase(readConfig(process.env), entities, 'command', printProblem);
}

async function finallyClose(
  opened: ConfiguredDatabase,
  use: (opened: ConfiguredDatabase) => Promise<void>,
): Promise<void> {
  try {
    await use(opened);
  } catch (error) {
    // What still runs would keep the database from closing.
    if (error instanceof Stopped) await opened.abandon();
    else await opened.close();
    throw error;
  }
  await opened.close();
}

function refuseOldNode(): void {
  if (Number(process.versions.node.split('.')[0]) >= 22) return;
  throw new OperatorError(
    `Node 22 or newer is needed, and this is ${process.versions.node}. The npm scripts bring one along: npm start.`,
  );
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function printProblem(line: string): void {
  process.stderr.write(`${line}\n`);
}

// Whoever read our output may be gone; that is no reason to leave a database behind.
for (const output of [process.stdout, process.stderr]) output.on('error', () => undefined);

try {
  refuseOldNode();
  await program.parseAsync();
} catch (error) {
  // After a Ctrl-C, which reaches PostgreSQL's own programs too, their failure is no news.
  const interrupted = error instanceof Stopped || (stop.gently.aborted && error instanceof OperatorError);
  if (interrupted) process.exit(130);
  const { message, stack } = error as Error;
  printProblem(error instanceof OperatorError ? message : (stack ?? message));
  process.exitCode = 1;
}

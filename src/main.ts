import 'reflect-metadata';
import { Command } from 'commander';
import { tokenCommand } from './access/token-command.js';
import { importCommand } from './call-logs/import-command.js';
import { redactCommand } from './call-logs/redact-command.js';
import { checkCommand } from './consistency/check-command.js';
import type { Check } from './consistency/check.js';
import type { Database } from './database/database.js';
import { migrateCommand } from './database/migrating/migrate-command.js';
import type { UseDatabase } from './database/open-configured.js';
import type { DemoArguments } from './demo/ensure-demo.js';
import { keysCommand } from './keys/keys-command.js';
import { OperatorError } from './operator-error.js';
import { refuseOldNode } from './product-node.js';
import { Stopped, StopSignal } from './stop-signal.js';
import { usageCommand } from './usage/usage-command.js';

// Commands are described here and in the files above, which import next to nothing. What a command runs on is imported
// when it runs: to load the whole application takes two seconds.

const { env } = process;

/** Of a mistake of ours, as EX_SOFTWARE of sysexits.h; what is refused in a sentence ends with 1. */
const EXIT_CRASHED = 70;

const tell = (line: string) => process.stderr.write(`${line}\n`);

process.on('uncaughtException', (error) => {
  tell(lastWords(error));
  process.exit(EXIT_CRASHED);
});
const stop = new StopSignal(tell);

const asItIs: UseDatabase = async (use) =>
  (await import('./use-database.js')).useAsItIs(env, stop.atOnce, use);
const migrated: UseDatabase = async (use) =>
  (await import('./use-database.js')).useMigrated(env, stop.atOnce, use);

const readConfig = async () => (await import('./config.js')).readConfig(env);

const program = new Command('llm-call-log')
  .description(
    'GraphQL server for the log of calls to large language models. Configured by environment variables; see docs/configuration.md.',
  )
  .addCommand(migrateCommand(asItIs, stop.gently))
  .addCommand(importCommand(migrated, stop.gently, readConfig))
  .addCommand(tokenCommand(migrated))
  .addCommand(keysCommand(migrated, readConfig))
  .addCommand(redactCommand(migrated, stop.gently, readConfig))
  .addCommand(usageCommand(migrated, stop.gently))
  .addCommand(checkCommand(asItIs, createCheck));

program
  .command('start', { isDefault: true })
  .description('serve the GraphQL API and GraphiQL')
  .action(async () => {
    await (await import('./start.js')).start(env, stop);
  });

program
  .command('demo')
  .description('serve a year of made-up calls from a data folder of their own (./demo-data, or DATA_DIR)')
  .option('--calls <number>', 'how many calls to make up', '200000')
  .option('--seed <number>', 'start of the random numbers; each seed makes up other calls', '1')
  .action(async (options: DemoArguments) => {
    await (await import('./start.js')).startDemo(env, options, stop);
  });

program
  .command('describe')
  .description('describe the tables of the database, as Markdown')
  .action(async () => {
    const { describeDatabase } = await import('./consistency/database-document.js');
    const { createSchema } = await import('./schema.js');
    await migrated(async ({ database }) => {
      process.stdout.write(await describeDatabase(database, await createSchema()));
    });
  });

program
  .command('schema')
  .description('print the GraphQL schema')
  .action(async () => {
    const { printedSchema } = await import('./schema.js');
    process.stdout.write(await printedSchema());
  });

program
  .command('api-use')
  .description('print which fields of the GraphQL API read and write which columns, as JSON')
  .action(async () => {
    const { createSchema } = await import('./schema.js');
    const { traceApiUse } = await import('./consistency/trace/trace-api-use.js');
    const { printApiUse } = await import('./consistency/api-use.js');
    const { entities } = await import('./entities.js');
    const { dryContext } = await import('./context.js');
    process.stdout.write(printApiUse(await traceApiUse(await createSchema(), entities, dryContext)));
  });

async function createCheck(database: Database): Promise<Check> {
  const { createCheck } = await import('./consistency/check.js');
  const { createSchema } = await import('./schema.js');
  const { API_USE } = await import('./consistency/api-use.js');
  return createCheck(database, await createSchema(), API_USE);
}

function lastWords(error: Error): string {
  if (error instanceof OperatorError) return error.message;
  const { name, message, stack = message } = error;
  // The database's and the ORM's messages quote statements and values, and with them prompts and keys.
  const quotesData = 'severity' in error || 'query' in error;
  return quotesData
    ? [name, ...stack.split('\n').filter((line) => line.startsWith('    at '))].join('\n')
    : stack;
}

// Whoever read our output may be gone; that is no reason to leave a database behind.
for (const output of [process.stdout, process.stderr]) output.on('error', () => undefined);

try {
  refuseOldNode('Start it with "npm start" or "npx llm-call-log", which bring a Node 24 of their own.');
  await program.parseAsync();
} catch (error) {
  // After a Ctrl-C, which reaches PostgreSQL's own programs too, their failure is no news.
  const reason: unknown = error instanceof OperatorError ? stop.gently.reason : error;
  if (reason instanceof Stopped) process.exit(reason.exitCode);
  tell(lastWords(error as Error));
  process.exitCode = error instanceof OperatorError ? 1 : EXIT_CRASHED;
}

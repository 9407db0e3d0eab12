#!/usr/bin/env node
import 'reflect-metadata';
import { Command } from 'commander';
import { readConfig } from './config.js';
import { migrate } from './database/migrate.js';
import { openConfiguredDatabase, type ConfiguredDatabase } from './database/open-configured.js';
import { OperatorError } from './errors.js';
import { printedSchema } from './schema.js';
import { serve } from './serve.js';

const program = new Command('llm-call-log').description(
  'GraphQL server for the log of calls to large language models. Configured by environment variables; see README.md.',
);

program
  .command('start', { isDefault: true })
  .description('serve the GraphQL API and GraphiQL')
  .action(async () => {
    const config = readConfig(process.env);
    const opened = await openConfiguredDatabase(config, 'server');
    await finallyClose(opened, async ({ database, embedded }) => {
      if (embedded) await migrate(database);
      await serve(config, database, print);
    });
  });

program
  .command('migrate')
  .description("bring the database's tables up to date")
  .action(async () => {
    await finallyClose(await openForCommand(), async ({ database }) => {
      const ran = await migrate(database);
      print(ran.length === 0 ? 'The database is up to date.' : `Migrated: ${ran.join(', ')}.`);
    });
  });

program
  .command('schema')
  .description('print the GraphQL schema')
  .action(async () => {
    process.stdout.write(await printedSchema());
  });

function openForCommand(): Promise<ConfiguredDatabase> {
  return openConfiguredDatabase(readConfig(process.env), 'command');
}

async function finallyClose(
  opened: ConfiguredDatabase,
  use: (opened: ConfiguredDatabase) => Promise<void>,
): Promise<void> {
  try {
    await use(opened);
  } finally {
    await opened.close();
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

try {
  await program.parseAsync();
} catch (error) {
  const { message, stack } = error as Error;
  process.stderr.write(`${error instanceof OperatorError ? message : (stack ?? message)}\n`);
  process.exitCode = 1;
}

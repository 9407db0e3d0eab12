import { Command, InvalidArgumentError, Option } from 'commander';
import { GraphQLError } from 'graphql';
import type { Kysely } from 'kysely';
import type { Database } from '../database/database.js';
import { OperatorError } from '../operator-error.js';
import { parseTimestamp, toRfc3339, type Timestamp } from '../database/timestamp.js';
import type { AccessToken } from './access-token.js';
import { unlimitedCaller } from './caller.js';
import { createAccessToken, type AskedToken } from './create-access-token.js';
import { listAccessTokens, revokeAccessToken } from './manage-access-tokens.js';
import { SCOPES, type Scope } from './scope.js';

/** The database of a command; `close` lets go of it. */
export interface CommandDatabase {
  database: Database;
  close(): Promise<void>;
}

interface CreateOptions {
  name: string;
  scope: Scope[];
  group?: string[];
  expires?: Timestamp;
}

const OPERATOR = unlimitedCaller('command line');
const OPTIONS = { name: '--name', scopes: '--scope', groupIds: '--group', expiresAt: '--expires' };

/**
 * `token create|list|revoke`: access tokens, for whoever has the database.
 *
 * @param open opens the migrated database
 */
export function tokenCommand(open: () => Promise<CommandDatabase>): Command {
  const command = new Command('token').description('make, list and revoke access tokens');
  command
    .command('create')
    .description('make a token; its secret is printed now and never again')
    .requiredOption('--name <name>', 'who or what will call with it')
    .addOption(
      new Option('--scope <scope...>', 'what it may do (repeatable)').choices(SCOPES).makeOptionMandatory(),
    )
    .option('--group <number...>', 'a group to limit it to (repeatable); all groups without')
    .option('--expires <time>', 'when it is refused, such as 2027-01-01T00:00:00Z; never without', readTime)
    .action((options: CreateOptions) => useDatabase(open, (database) => create(database, options)));
  command
    .command('list')
    .description('list all tokens, the newest first')
    .action(() => useDatabase(open, list));
  command
    .command('revoke')
    .argument('<id>', 'number of the token')
    .description('revoke a token; every server refuses it within 5 seconds')
    .action((id: string) => useDatabase(open, (database) => revoke(database, id)));
  return command;
}

async function create(database: Kysely<unknown>, options: CreateOptions): Promise<void> {
  const { name, scope, group, expires } = options;
  const asked: AskedToken = { name, scopes: scope, groupIds: group ?? null, expiresAt: expires ?? null };
  const { secret, accessToken } = await createAccessToken(
    database,
    OPERATOR,
    asked,
    (field) => OPTIONS[field],
  );
  // The secret alone goes to standard output, for scripts.
  process.stderr.write(`Token ${describe(accessToken)}. It is shown only now:\n`);
  process.stdout.write(`${secret}\n`);
}

async function list(database: Kysely<unknown>): Promise<void> {
  const tokens = await listAccessTokens(database, OPERATOR);
  if (tokens.length === 0) process.stdout.write('There is no token.\n');
  for (const token of tokens) process.stdout.write(`${describe(token)}\n`);
}

async function revoke(database: Kysely<unknown>, id: string): Promise<void> {
  const token = await revokeAccessToken(database, OPERATOR, id);
  process.stdout.write(`${describe(token)}\n`);
}

/** One line, such as `4  dashboard  logs:read  groups 1, 3  made 2026-…Z, never used`. */
function describe(token: AccessToken): string {
  const moment = (said: string, time: Timestamp | null) =>
    time === null ? [] : [`${said} ${toRfc3339(time)}`];
  const times = [
    ...moment('made', token.createdAt),
    ...moment('expires', token.expiresAt),
    ...(token.lastUsedAt === null ? ['never used'] : moment('used', token.lastUsedAt)),
    ...moment('REVOKED', token.revokedAt),
  ];
  const groups = token.groupIds === null ? 'all groups' : `groups ${token.groupIds.join(', ')}`;
  return [token.id, token.name, token.scopes.join(' '), groups, times.join(', ')].join('  ');
}

async function useDatabase(
  open: () => Promise<CommandDatabase>,
  use: (database: Kysely<unknown>) => Promise<void>,
): Promise<void> {
  const opened = await open();
  try {
    await use(opened.database.sql);
  } catch (error) {
    throw error instanceof GraphQLError ? new OperatorError(error.message) : error;
  } finally {
    await opened.close();
  }
}

function readTime(text: string): Timestamp {
  try {
    return parseTimestamp(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

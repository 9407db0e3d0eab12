import { GraphQLError } from 'graphql';
import type { Database } from '../database/database.js';
import { parseTimestamp, toRfc3339, type Timestamp } from '../database/timestamp.js';
import { OperatorError } from '../operator-error.js';
import type { AccessToken } from './access-token.js';
import { unlimitedCaller } from './caller.js';
import { createAccessToken, type AskedToken } from './create-access-token.js';
import { readAccessTokens, revokeAccessToken } from './manage-access-tokens.js';
import type { Scope } from './scope.js';

/** Options of `token create`, as they were typed. */
export interface CreateOptions {
  name: string;
  scope: Scope[];
  group?: string[];
  expires?: string;
}

const OPERATOR = unlimitedCaller('command line');
const OPTIONS = { name: '--name', scopes: '--scope', groupIds: '--group', expiresAt: '--expires' };

/** @throws OperatorError when the time of --expires is none */
export function parseAskedToken({ name, scope, group, expires }: CreateOptions): AskedToken {
  const expiresAt = expires === undefined ? null : parseExpiry(expires);
  return { name, scopes: scope, groupIds: group ?? null, expiresAt };
}

/**
 * Makes a token and prints its secret.
 *
 * @throws OperatorError that names the option and what would be right
 */
export async function createToken({ orm }: Database, asked: AskedToken): Promise<void> {
  const { secret, accessToken } = await explained(
    createAccessToken(orm.em.fork(), OPERATOR, asked, (field) => OPTIONS[field]),
  );
  // The secret alone goes to standard output, for scripts.
  process.stderr.write(`Token ${describe(accessToken)}. It is shown only now:\n`);
  process.stdout.write(`${secret}\n`);
}

/** Prints all tokens, the newest first. */
export async function listTokens({ orm }: Database): Promise<void> {
  const tokens = await readAccessTokens(orm.em.fork(), OPERATOR);
  if (tokens.length === 0) process.stdout.write('There are no tokens.\n');
  for (const token of tokens) process.stdout.write(`${describe(token)}\n`);
}

/** @throws OperatorError where there is no token of that number */
export async function revokeToken({ orm }: Database, id: string): Promise<void> {
  const token = await explained(revokeAccessToken(orm.em.fork(), OPERATOR, id));
  process.stdout.write(`${describe(token)}\n`);
}

async function explained<T>(work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    throw error instanceof GraphQLError ? new OperatorError(error.message) : error;
  });
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

function parseExpiry(text: string): Timestamp {
  try {
    return parseTimestamp(text);
  } catch (error) {
    throw new OperatorError(`--expires: ${(error as Error).message}`);
  }
}

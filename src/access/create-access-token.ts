import type { EntityManager } from '@mikro-orm/postgresql';
import { storableText } from '../database/storable-text.js';
import { badUserInput } from '../graphql/errors.js';
import { parseId32 } from '../graphql/ids.js';
import { databaseTime } from '../database/clock.js';
import type { Timestamp } from '../database/timestamp.js';
import { AccessToken } from './access-token.js';
import { maySeeGroup, type Caller } from './caller.js';
import { forbidden } from './refusals.js';
import { SCOPES, type Scope } from './scope.js';
import { hashOf, newSecret } from './token-secret.js';

const MAX_NAME_LENGTH = 255;
const MAX_GROUPS = 1000;

/** What a new token is to be. */
export interface AskedToken {
  name: string;
  scopes: readonly Scope[];
  /** All groups, where it is left out. */
  groupIds?: readonly string[] | null;
  /** Never, where it is left out. */
  expiresAt?: Timestamp | null;
}

/**
 * Makes an access token. The secret is in what this returns, and nowhere else afterwards.
 *
 * @param caller if it is limited to groups, the new token is limited to these or some of them. Scopes are not compared:
 *   only ADMIN gets here, and it may grant KEYS_READ, which it does not include, since nobody else could.
 * @param argument the name of a field in messages: that of an input field or of an option
 * @throws BAD_USER_INPUT that names what cannot be, FORBIDDEN for groups beyond the caller's own
 */
export async function createAccessToken(
  em: EntityManager,
  caller: Caller,
  asked: AskedToken,
  argument: (field: keyof AskedToken) => string = (field) => `input.${field}`,
): Promise<{ secret: string; accessToken: AccessToken }> {
  const name = parseName(asked.name, argument('name'));
  const scopes = SCOPES.filter((scope) => asked.scopes.includes(scope));
  if (scopes.length === 0) throw badUserInput(argument('scopes'), 'must hold at least one scope.');
  const groupIds = parseGroupIds(caller, asked.groupIds ?? null, argument('groupIds'));
  const expiresAt = asked.expiresAt ?? null;
  const now = await databaseTime(em);
  if (expiresAt !== null && expiresAt <= now) {
    throw badUserInput(argument('expiresAt'), 'must be in the future.');
  }
  if (groupIds) await refuseUnknownGroups(em, groupIds, argument('groupIds'));

  const secret = newSecret();
  const accessToken = em.create(AccessToken, {
    ...{ name, scopes, groupIds, expiresAt },
    tokenHash: hashOf(secret),
    createdAt: now,
    lastUsedAt: null,
    revokedAt: null,
  });
  await em.flush();
  return { secret, accessToken };
}

function parseName(name: string, argument: string): string {
  const stored = storableText(name.trim());
  if (stored === '' || Array.from(stored).length > MAX_NAME_LENGTH) {
    throw badUserInput(argument, `must be from 1 to ${MAX_NAME_LENGTH} characters long.`);
  }
  // It is printed into lists and audit trails, where a line break could pretend to be another entry.
  if (/\p{Cc}/u.test(stored)) throw badUserInput(argument, 'must not contain control characters.');
  return stored;
}

function parseGroupIds(caller: Caller, asked: readonly string[] | null, argument: string): number[] | null {
  const own = caller.groupIds?.join(', ') ?? '';
  if (asked === null) {
    if (caller.groupIds === null) return null;
    throw forbidden(`${argument} must be given: your own token is limited to groups ${own}.`, { argument });
  }
  if (asked.length === 0 || asked.length > MAX_GROUPS) {
    throw badUserInput(argument, `must hold from 1 to ${MAX_GROUPS} groups; leave it out for all groups.`);
  }
  const groupIds = [...new Set(asked.map((id) => parseId32(id, argument)))];
  const beyond = groupIds.filter((id) => !maySeeGroup(caller, id));
  if (beyond.length > 0) {
    throw forbidden(`${argument} must be among the groups that your own token is limited to: ${own}.`, {
      argument,
    });
  }
  return groupIds.sort((one, other) => one - other);
}

async function refuseUnknownGroups(
  em: EntityManager,
  groupIds: readonly number[],
  argument: string,
): Promise<void> {
  // The entity Group is in a folder that builds on this one.
  const rows = await em
    .getKysely<{ groups: { id: number } }>()
    .selectFrom('groups')
    .select('id')
    .where('id', 'in', groupIds)
    .execute();
  const there = new Set(rows.map(({ id }) => id));
  const missing = groupIds.filter((id) => !there.has(id));
  if (missing.length > 0) {
    throw badUserInput(argument, `must be numbers of groups; there is no group ${missing.join(', ')}.`);
  }
}

import type { EntityManager, FilterQuery } from '@mikro-orm/postgresql';
import type { Caller } from './caller.js';
import { badUserInput } from '../graphql/errors.js';
import { parseId } from '../graphql/ids.js';
import { databaseTime } from '../database/clock.js';
import { AccessToken } from './access-token.js';

/** Every token that the caller may manage, revoked and expired ones too, the newest first. */
export function readAccessTokens(em: EntityManager, caller: Caller): Promise<AccessToken[]> {
  return em.find(AccessToken, manageable(caller), { orderBy: { id: 'desc' } });
}

/**
 * Revokes a token; one that was revoked before stays as it is.
 *
 * @throws BAD_USER_INPUT when the caller may manage no token of that number
 */
export async function revokeAccessToken(em: EntityManager, caller: Caller, id: string): Promise<AccessToken> {
  const asked = [{ id: parseId(id, 'id') }, manageable(caller)];
  await em.nativeUpdate(
    AccessToken,
    { $and: [...asked, { revokedAt: null }] },
    { revokedAt: await databaseTime(em) },
  );
  const token = await em.findOne(AccessToken, { $and: asked });
  if (!token) throw badUserInput('id', `must be the number of an access token; there is no token ${id}.`);
  return token;
}

/** A caller who is limited to groups manages only tokens within them, or it could shut out whoever limited it. */
function manageable({ groupIds }: Caller): FilterQuery<AccessToken> {
  return groupIds ? { groupIds: { $contained: groupIds.map(Number) } } : {};
}

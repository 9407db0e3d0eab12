import type { JWTPayload } from 'jose';
import { storableText } from '../database/storable-text.js';
import type { Caller } from './caller.js';
import { MAX_32 } from '../graphql/ids.js';
import { unauthenticated } from './refusals.js';
import { SCOPES } from './scope.js';
import { hashOf } from './token-secret.js';

const MAX_NAME_LENGTH = 255;

/**
 * The caller that a verified JWT stands for. Scopes of other services are ignored.
 *
 * @throws UNAUTHENTICATED when a claim is not what it should be: to guess would be to grant too much
 */
export function callerOfClaims(claims: JWTPayload): Caller {
  const scopes = parseScopes(claims['scope']);
  const groupIds = parseGroupIds(claims['group_ids']);
  const name = parseName(claims);
  const identity = JSON.stringify([claims.sub ?? name, groupIds]);
  return { id: `jwt:${hashOf(identity).slice(0, 32)}`, name, scopes: new Set(scopes), groupIds };
}

/** A list of words in one text (RFC 8693, section 4.2), or, as some providers write it, an array. */
function parseScopes(claim: unknown) {
  const words: unknown = typeof claim === 'string' ? claim.split(' ') : (claim ?? []);
  if (!Array.isArray(words) || words.some((word) => typeof word !== 'string')) {
    throw unauthenticated('The claim scope of the JWT is malformed; it must be words separated by spaces.');
  }
  return SCOPES.filter((scope) => words.includes(scope));
}

/** An empty list is a limit too: to no group at all. */
function parseGroupIds(claim: unknown): string[] | null {
  if (claim === undefined) return null;
  const isId = (id: unknown) => /^\d{1,10}$/.test(String(id)) && Number(id) <= MAX_32;
  if (!Array.isArray(claim) || !claim.every((id) => ['string', 'number'].includes(typeof id) && isId(id))) {
    throw unauthenticated('The claim group_ids of the JWT is malformed; it must be a list of group numbers.');
  }
  return [...new Set(claim.map((id) => String(Number(id))))].sort();
}

function parseName({ name, email, sub }: JWTPayload): string {
  for (const claim of [name, email, sub]) {
    const text = typeof claim === 'string' ? storableText(claim.trim()) : '';
    if (text !== '') return Array.from(text).slice(0, MAX_NAME_LENGTH).join('');
  }
  throw unauthenticated('The JWT does not say whose it is; it must have the claim sub.');
}

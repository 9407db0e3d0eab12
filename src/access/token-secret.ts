import { hash, randomBytes, timingSafeEqual } from 'node:crypto';

const SECRET = /^lcl_[\w-]{43}$/;

/** A new access token, as its bearer sends it: 256 random bits. */
export function newSecret(): string {
  return `lcl_${randomBytes(32).toString('base64url')}`;
}

/** Whether a token claims to be one of this server's own. */
export function isOwnToken(token: string): boolean {
  return token.startsWith('lcl_');
}

/** Whether a token has the form of one that {@link newSecret} makes. */
export function isSecret(token: string): boolean {
  return SECRET.test(token);
}

/** What is kept of a token: SHA-256, in hex. It needs no salt, since the token is random. */
export function hashOf(token: string): string {
  return hash('sha256', token);
}

/** Compares two hashes in constant time. */
export function sameHash(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}

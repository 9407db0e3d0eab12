import { LRUCache } from 'lru-cache';
import type { Caller } from './caller.js';
import type { VerifyJwt } from './identity-provider.js';
import { unauthenticated } from './refusals.js';
import type { TokenLookup } from './token-lookup.js';
import { hashOf, isOwnToken } from './token-secret.js';

/** A token that was good is taken for good for this long, so that a revoked one is refused within 5 s. */
const TRUSTED_MS = 3_000;

/** Only good tokens are remembered, and no more than these; who is forgotten is looked up again. */
const MAX_REMEMBERED = 10_000;

/** Tells who makes a request. */
export class Authenticator {
  readonly #remembered = new LRUCache<string, Caller>({
    max: MAX_REMEMBERED,
    // By performance.now(), which goes on evenly when somebody sets the clock.
    ttlResolution: 0,
  });

  /** @param verifyJwt left out where there is no identity provider */
  constructor(
    readonly lookup: TokenLookup,
    readonly verifyJwt: VerifyJwt | undefined,
  ) {}

  /**
   * @param header of the name Authorization
   * @throws UNAUTHENTICATED that says what is wrong; IDENTITY_PROVIDER_UNAVAILABLE; what the database throws
   */
  async authenticate(header: string | undefined): Promise<Caller> {
    const token = readBearer(header);
    const key = hashOf(token);
    const remembered = this.#remembered.get(key);
    if (remembered) return remembered;
    const askedAt = performance.now();
    const { caller, expiresInMs } = await this.#identify(token);
    // The cache gives a caller in the very moment that the time is up, too, when the token counts no more.
    const ttl = Math.min(TRUSTED_MS, expiresInMs) - (performance.now() - askedAt) - 1;
    if (ttl > 0) this.#remembered.set(key, caller, { ttl });
    return caller;
  }

  #identify(token: string) {
    if (isOwnToken(token)) return this.lookup.identify(token);
    if (this.verifyJwt) return this.verifyJwt(token);
    throw unauthenticated('The token is malformed: it is no access token of this server.');
  }
}

/** The token of an Authorization header (RFC 6750, section 2.1). */
function readBearer(header: string | undefined): string {
  if (header === undefined) {
    throw unauthenticated(
      'A token is needed. Send it in the header Authorization: Bearer, a space, the token.',
    );
  }
  const token = /^Bearer +([\w.~+/-]+=*) *$/i.exec(header)?.[1];
  if (token === undefined) {
    throw unauthenticated('The header Authorization is malformed; it must be: Bearer, a space, the token.');
  }
  return token;
}

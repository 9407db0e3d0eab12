import type { FastifyBaseLogger } from 'fastify';
import { createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';
import { providerUnavailable } from './refusals.js';

/** Keys are asked for again when they are this old, and used while the provider does not answer … */
const REFRESH_MS = 5 * 60_000;
/** … but no longer than this: a key that it has withdrawn must stop working. */
const MAX_AGE_MS = 60 * 60_000;
const TIMEOUT_MS = 5_000;

/** After a failure, the provider is not asked again for this long, and requests are refused meanwhile. */
const PAUSE_MS = 1_000;

/** This many unknown keys are asked for at once, and then one in each interval, however many keys somebody makes up. */
const MAX_UNKNOWN_KEYS = 3;
const UNKNOWN_KEY_EVERY_MS = 10_000;

/**
 * The keys that an identity provider signs with, from its JWKS address. A key that is new there is found when the
 * first token comes that it signed.
 *
 * @returns what jose asks for a key; it throws IDENTITY_PROVIDER_UNAVAILABLE when the provider does not answer
 */
export function providerKeys(url: string, log: Pick<FastifyBaseLogger, 'warn'>): JWTVerifyGetKey {
  // When to ask again is decided here, and by a clock that nobody sets.
  const remote = createRemoteJWKSet(new URL(url), {
    cacheMaxAge: Infinity,
    cooldownDuration: Infinity,
    timeoutDuration: TIMEOUT_MS,
  });
  const mayAsk = tokenBucket(MAX_UNKNOWN_KEYS, UNKNOWN_KEY_EVERY_MS);
  let fetchedAt = -Infinity;
  let triedAt = -Infinity;
  let failedAt = -Infinity;

  const fetchKeys = async () => {
    if (performance.now() - failedAt < PAUSE_MS) throw providerUnavailable();
    triedAt = performance.now();
    try {
      await remote.reload();
      fetchedAt = triedAt;
    } catch (error) {
      failedAt = performance.now();
      log.warn({ err: error }, 'could not fetch the keys of the identity provider');
      throw providerUnavailable();
    }
  };
  let reloading: Promise<void> | undefined;
  const reload = () =>
    (reloading ??= fetchKeys().finally(() => {
      reloading = undefined;
    }));

  return async (header, token) => {
    const now = performance.now();
    if (now - fetchedAt > MAX_AGE_MS) await reload();
    else if (now - triedAt > REFRESH_MS) reload().catch(() => undefined);
    try {
      return await remote(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || !mayAsk()) throw error;
      await reload();
      return remote(header, token);
    }
  };
}

/** Says yes `size` times at once, and then once for each stretch of `every` milliseconds. */
function tokenBucket(size: number, every: number): () => boolean {
  let left = size;
  let countedAt = performance.now();
  return () => {
    const now = performance.now();
    left = Math.min(size, left + (now - countedAt) / every);
    countedAt = now;
    if (left < 1) return false;
    left -= 1;
    return true;
  };
}

import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { GraphQLError } from 'graphql';
import { limitExceeded } from '../graphql/limits/limit-exceeded.js';
import { RateStore } from './rate-store.js';

const MINUTE_MS = 60_000;

/**
 * Limits how many requests a caller makes to this server in a minute.
 *
 * @param limit 0 for any number
 */
export async function limitRate(scope: FastifyInstance, limit: number): Promise<void> {
  if (limit === 0) return;
  await scope.register(rateLimit, {
    max: limit,
    timeWindow: MINUTE_MS,
    store: RateStore,
    keyGenerator: callerOf,
    addHeadersOnExceeding: {
      'x-ratelimit-limit': false,
      'x-ratelimit-remaining': false,
      'x-ratelimit-reset': false,
    },
    errorResponseBuilder: (_request, { max, ttl }) =>
      rateLimited(`At most ${max} requests are answered in a minute`, max, ttl),
  });
}

/**
 * Limits how many bad tokens an address sends to this server in a minute. The returned function counts one of them, and
 * throws RATE_LIMITED once there are too many. Good tokens are not counted, so others at the same address can still
 * sign in. Addresses of one IPv6 network (/64) count as one.
 *
 * @param limit 0 for any number
 */
export async function limitSignInFailures(
  app: FastifyInstance,
  limit: number,
): Promise<(request: FastifyRequest) => Promise<void>> {
  if (limit === 0) return () => Promise.resolve();
  await app.register(rateLimit, { global: false, max: limit, timeWindow: MINUTE_MS, store: RateStore });
  const count = app.createRateLimit();
  return async (request) => {
    const counted = await count(request);
    if (counted.isAllowed || !counted.isExceeded) return;
    throw rateLimited(
      `At most ${limit} bad tokens from one address are answered in a minute`,
      limit,
      counted.ttl,
    );
  };
}

function rateLimited(what: string, limit: number, ttl: number): GraphQLError {
  const message = `${what}; wait as many seconds as Retry-After says.`;
  const headers: [string, string][] = [['retry-after', String(Math.ceil(ttl / 1000))]];
  return limitExceeded('RATE_LIMITED', message, { limit }, { status: 429, headers });
}

/** Who counts as one caller: a token, wherever it comes from. Those without one do not get as far as this. */
function callerOf({ caller }: FastifyRequest): string {
  return caller.id;
}

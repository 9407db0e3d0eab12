import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { limitExceeded } from '../graphql/limits/limit-exceeded.js';

/** Callers to keep count of; beyond that, those that came first are forgotten. */
const CALLERS = 10_000;

/**
 * Limits how many requests a caller makes to this server in a minute.
 *
 * @param limit 0 for any number
 */
export async function limitRate(scope: FastifyInstance, limit: number): Promise<void> {
  if (limit === 0) return;
  await scope.register(rateLimit, {
    max: limit,
    timeWindow: 60_000,
    cache: CALLERS,
    keyGenerator: callerOf,
    addHeadersOnExceeding: {
      'x-ratelimit-limit': false,
      'x-ratelimit-remaining': false,
      'x-ratelimit-reset': false,
    },
    errorResponseBuilder: (_request, { max, ttl }) =>
      limitExceeded(
        'RATE_LIMITED',
        `At most ${max} requests are answered in a minute; wait as many seconds as Retry-After says.`,
        { limit: max },
        { status: 429, headers: [['retry-after', String(Math.ceil(ttl / 1000))]] },
      ),
  });
}

/** Who counts as one caller: a token, wherever it comes from. Those without one do not get as far as this. */
function callerOf({ caller }: FastifyRequest): string {
  return caller.id;
}

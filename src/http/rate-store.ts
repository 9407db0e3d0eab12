import type { FastifyRateLimitStore } from '@fastify/rate-limit';
import { LRUCache } from 'lru-cache';

/** Callers or addresses that are counted at one time; beyond that, the earliest are forgotten. */
const MAX_COUNTED = 10_000;

/**
 * Counts requests by a clock that nobody sets. The plugin's own store goes by `Date`: when that steps back by an hour,
 * whoever was limited would be for an hour more.
 */
export class RateStore implements FastifyRateLimitStore {
  readonly #counts = new LRUCache<string, { current: number }>({ max: MAX_COUNTED });

  incr(
    key: string,
    tell: (error: null, result: { current: number; ttl: number }) => void,
    timeWindow: number,
  ): void {
    const count = this.#counts.get(key);
    if (count) count.current += 1;
    else this.#counts.set(key, { current: 1 }, { ttl: timeWindow });
    tell(null, { current: count?.current ?? 1, ttl: this.#counts.getRemainingTTL(key) });
  }

  child(): RateStore {
    return new RateStore();
  }
}

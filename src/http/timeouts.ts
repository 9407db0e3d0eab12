import type { FastifyHttpOptions } from 'fastify';
import type { Server } from 'node:http';

const MAX_HEADERS_TIMEOUT_MS = 10_000;

/** A connection without traffic in either direction is closed after this many times the time for a request. */
const IDLE_TIMEOUT_FACTOR = 4;

/**
 * Fastify's options that keep clients from holding on to connections by sending, or reading, a byte now and then.
 *
 * @param requestTimeout milliseconds that a request may take to arrive, body and all
 */
export function connectionTimeouts(
  requestTimeout: number,
): Pick<FastifyHttpOptions<Server>, 'requestTimeout' | 'connectionTimeout' | 'http'> {
  return {
    requestTimeout,
    connectionTimeout: requestTimeout * IDLE_TIMEOUT_FACTOR,
    http: {
      headersTimeout: Math.min(MAX_HEADERS_TIMEOUT_MS, requestTimeout),
      connectionsCheckingInterval: Math.min(1000, requestTimeout),
    },
  };
}

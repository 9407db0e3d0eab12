import type { FastifyHttpOptions } from 'fastify';
import type { Server } from 'node:http';

const HEADERS_TIMEOUT = 10_000;

/** A connection on which nothing moves, in either direction, is kept for as many times what a request may take. */
const PATIENCE = 4;

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
    connectionTimeout: requestTimeout * PATIENCE,
    http: {
      headersTimeout: Math.min(HEADERS_TIMEOUT, requestTimeout),
      connectionsCheckingInterval: Math.min(1000, requestTimeout),
    },
  };
}

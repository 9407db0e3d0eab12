import type { FastifyBaseLogger, FastifyRequest } from 'fastify';
import { pino, type LevelWithSilent } from 'pino';

/** A logger of JSON lines on standard output, without anything that a request or a statement carries. */
export function createLogger(level: LevelWithSilent): FastifyBaseLogger {
  return pino({ level, serializers: { req: loggedRequest, err: loggedError } });
}

/** A request by its route, since an address can hold a query's arguments, or a secret that was put there by mistake. */
function loggedRequest({ method, routeOptions }: FastifyRequest) {
  return { method, route: routeOptions.url };
}

/**
 * An error without its message where it is the database's or the ORM's: those quote statements and values,
 * and with them prompts and keys. Code, place and stack tell what happened.
 */
function loggedError(
  error: Error & { code?: unknown; table?: unknown; constraint?: unknown; query?: unknown },
) {
  const { name, code, table, constraint, stack = '' } = error;
  const quotesData = code !== undefined || error.query !== undefined;
  const frames = stack.split('\n').filter((line) => line.startsWith('    at '));
  return {
    type: name,
    code,
    table,
    constraint,
    message: quotesData ? undefined : error.message,
    stack: frames.join('\n'),
  };
}

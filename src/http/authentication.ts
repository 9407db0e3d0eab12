import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Authenticator } from '../access/authenticator.js';
import { withCode } from '../graphql/errors.js';
import { troubleOf } from '../database/trouble.js';
import type { Caller } from '../access/caller.js';
import { formatError, isUnexpected } from '../graphql/format-error.js';
import { limitSignInFailures } from './limit-rate.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who makes the request, on routes that have the hook of {@link registerAuthentication}. */
    caller: Caller;
  }
}

/**
 * Gives the hook that a route of the API needs as its `onRequest`: it sets `request.caller`, or answers the request
 * before its body is read.
 *
 * @param failureLimit bad tokens of one address in a minute; 0 for any number
 */
export async function registerAuthentication(
  app: FastifyInstance,
  authenticator: Authenticator,
  failureLimit: number,
) {
  const countFailure = await limitSignInFailures(app, failureLimit);
  app.decorateRequest('caller');
  app.addHook('onClose', () => authenticator.lookup.close());
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    try {
      request.caller = await authenticator.authenticate(request.headers.authorization);
      return undefined;
    } catch (error) {
      if (isUnexpected(error))
        request.log.error({ err: error, requestId: request.id }, 'could not look up the caller');
      // Whoever sends no token has tried none.
      if (statusOf(error) === 401 && request.headers.authorization !== undefined) await countFailure(request);
      return refuse(reply, error, request);
    }
  };
}

/** Answers in the shape of the API, so that its clients show the message. */
function refuse(reply: FastifyReply, error: unknown, request: FastifyRequest): FastifyReply {
  const { message, extensions } = shapeOf(error, request.id);
  if (request.outcome) request.outcome.code = String(extensions?.['code']);
  const status = statusOf(error);
  if (status === 401) void reply.header('www-authenticate', challenge(message, request));
  if (status === 503) void reply.header('retry-after', '1');
  return reply
    .code(status)
    .type('application/json; charset=utf-8')
    .send(JSON.stringify({ errors: [{ message, extensions }] }));
}

function shapeOf(error: unknown, requestId: string): GraphQLFormattedError {
  const trouble = troubleOf(error);
  if (trouble) {
    // Of what was asked, nothing has begun.
    const code = trouble.code === 'TIMEOUT' ? 'DATABASE_UNAVAILABLE' : trouble.code;
    return { message: `${trouble.reason} Try again.`, extensions: withCode(code) };
  }
  const { message } = error as Error;
  const extensions = error instanceof GraphQLError ? error.extensions : { requestId };
  return formatError({ message, extensions }, error);
}

function statusOf(error: unknown): 401 | 500 | 503 {
  if (error instanceof GraphQLError && error.extensions['code'] === 'UNAUTHENTICATED') return 401;
  return error instanceof GraphQLError || troubleOf(error) ? 503 : 500;
}

/** What to send, as RFC 6750, section 3, has it: to whoever sent no token, nothing is said of an error. */
function challenge(message: string, { headers }: FastifyRequest): string {
  const scheme = 'Bearer realm="llm-call-log"';
  return headers.authorization === undefined
    ? scheme
    : `${scheme}, error="invalid_token", error_description="${message}"`;
}

import { HeaderMap } from '@apollo/server';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import { withCode, type ErrorCode } from '../graphql/errors.js';
import { limitExceeded } from '../graphql/limits/limit-exceeded.js';
import { formatError, isUnexpected } from '../graphql/format-error.js';
import { recordingBodyLimit, type BodyLimit } from './http-limits.js';
import { answerType } from './media-types.js';

/** Refuses a request before GraphQL has seen it. */
export function refusal(
  code: ErrorCode,
  message: string,
  status: number,
  headers: [string, string][] = [],
): GraphQLError {
  return new GraphQLError(message, {
    extensions: { ...withCode(code), http: { status, headers: new HeaderMap(headers) } },
  });
}

/** @param actual missing where the end was not waited for */
export function tooLarge({ bytes: limit, setting }: BodyLimit, actual?: number): GraphQLError {
  const message =
    setting === 'MAX_BODY_BYTES'
      ? `A request may have at most ${limit} bytes (${setting}), unless it records calls.`
      : `A request that records calls may have at most ${limit} bytes, uncompressed (${setting}); send fewer calls at once.`;
  const excess = actual === undefined ? { limit } : { limit, actual };
  // What is still on its way is not waited for.
  return limitExceeded('PAYLOAD_TOO_LARGE', message, excess, {
    status: 413,
    headers: [['connection', 'close']],
  });
}

/** Answers what a hook, a parser or Fastify itself has thrown in the form of GraphQL's errors. */
export function sendErrors(
  thrown: FastifyError | GraphQLError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const error = thrown instanceof GraphQLError ? thrown : explain(thrown, request);
  const { http, ...extensions } = error.extensions as {
    code?: string;
    http?: { status?: number; headers?: Map<string, string> };
  };
  if (request.outcome) request.outcome.code = String(extensions.code);
  for (const [name, value] of http?.headers ?? []) void reply.header(name, value);
  return reply
    .code(http?.status ?? 400)
    .type(answerType(request.headers.accept))
    .send(JSON.stringify({ errors: [{ message: error.message, extensions }] }));
}

const REFUSALS: Partial<Record<string, [ErrorCode, string]>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['UNSUPPORTED_MEDIA_TYPE', 'Send the request as application/json.'],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['BAD_REQUEST', 'The body is empty; send JSON with a query.'],
  FST_ERR_CTP_INVALID_JSON_BODY: ['BAD_REQUEST', 'The body is not JSON.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['BAD_REQUEST', 'The body is not as long as Content-Length says.'],
};

function explain(error: FastifyError, request: FastifyRequest): GraphQLError {
  const [code, message] = REFUSALS[error.code] ?? [];
  const status = error.statusCode ?? 500;
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    // Fastify is told the largest limit that there is.
    return tooLarge(recordingBodyLimit({ recordingBody: request.routeOptions.bodyLimit }));
  }
  if (code && message) return refusal(code, message, status);
  if (status < 500) return refusal('BAD_REQUEST', 'The request is not valid HTTP.', status);
  return failure(error, request);
}

/**
 * What kept the server from doing what a request asks: 503, and when to send it again; 500 and a line in the log where
 * nobody expected it. What has a status keeps it.
 */
export function failure(error: unknown, { id: requestId, log }: FastifyRequest): GraphQLError {
  const own = error instanceof GraphQLError ? error.extensions : { requestId };
  if (error instanceof GraphQLError && own['http'] !== undefined) return error;
  const { message, extensions } = formatError({ message: (error as Error).message, extensions: own }, error);
  if (isUnexpected(error)) {
    log.error({ err: error, requestId }, 'a request failed unexpectedly');
    return new GraphQLError(message, { extensions: { ...extensions, http: { status: 500 } } });
  }
  const http = { status: 503, headers: new HeaderMap([['retry-after', '1']]) };
  return new GraphQLError(message, { extensions: { ...extensions, http } });
}

/** The same error with a status of HTTP. */
export function withStatus(error: GraphQLError, status: number): GraphQLError {
  return new GraphQLError(error.message, { extensions: { ...error.extensions, http: { status } } });
}

import type { FastifyInstance, FastifyServerOptions } from 'fastify';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { withCode, type ErrorCode } from '../graphql/errors.js';
import { refusal, sendErrors } from './graphql-errors.js';

/** What Node gives up on before there is a request, by the code of its error. */
const GIVEN_UP: Partial<Record<string, [status: number, ErrorCode, message: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'REQUEST_TIMEOUT', 'The request took too long to arrive.'],
  HPE_HEADER_OVERFLOW: [
    431,
    'HEADERS_TOO_LARGE',
    'The address and the headers are too long; send the query by POST.',
  ],
};

const NO_HTTP: [number, ErrorCode, string] = [400, 'BAD_REQUEST', 'The request is not valid HTTP.'];

/**
 * Fastify's options that answer requests which reach no route in the form of GraphQL's errors. Fastify's own answers
 * repeat the address; a secret that was put there by mistake would end up in the logs of proxies.
 *
 * @param count is told the code of each
 */
export const answerUnroutable = (
  count: (code: ErrorCode) => void,
): Pick<FastifyServerOptions, 'clientErrorHandler' | 'frameworkErrors'> => ({
  clientErrorHandler({ code }: Error & { code?: string }, socket: Socket) {
    if (code === 'ECONNRESET' || socket.destroyed) return;
    const [status, errorCode, message] = GIVEN_UP[code ?? ''] ?? NO_HTTP;
    count(errorCode);
    const body = JSON.stringify({ errors: [{ message, extensions: withCode(errorCode) }] });
    const head = [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      'Content-Type: application/json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
    ];
    if (socket.writable) socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
    // What is still on its way is not waited for.
    socket.destroySoon();
  },
  frameworkErrors(_error, request, reply) {
    count('BAD_REQUEST');
    sendErrors(refusal('BAD_REQUEST', 'The address of the request is malformed.', 400), request, reply);
  },
});

/** Answers errors and unknown addresses in the form of GraphQL's errors. */
export function registerErrors(app: FastifyInstance): void {
  app.setErrorHandler(sendErrors);
  app.setNotFoundHandler((request, reply) =>
    sendErrors(
      refusal('NOT_FOUND', 'There is nothing at this address; GraphQL is at /graphql.', 404),
      request,
      reply,
    ),
  );
}

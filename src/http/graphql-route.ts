import type { ApolloServer, BaseContext } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyInstance, FastifyRequest, HTTPMethods, onRequestAsyncHookHandler } from 'fastify';
import { refuseDeepDocument } from '../graphql/limits/refuse-deep-documents.js';
import { registerBodies } from './bodies.js';
import { refusal } from './graphql-errors.js';
import type { HttpLimits } from './http-limits.js';
import type { SharedLimits } from './limit-requests.js';
import { isAcceptable } from './media-types.js';

const OTHER_METHODS: HTTPMethods[] = ['DELETE', 'PATCH', 'PUT', 'TRACE'];
const ALLOW: [string, string] = ['allow', 'GET, POST, OPTIONS'];

/**
 * Serves GraphQL at /graphql.
 *
 * @param api has the limits of `limitRequests`
 * @param authenticate sets the caller of a request, or answers it
 */
export async function registerGraphql<C extends BaseContext>(
  api: FastifyInstance,
  apollo: ApolloServer<C>,
  limits: HttpLimits,
  { startInTurn }: SharedLimits,
  authenticate: onRequestAsyncHookHandler,
  contextOf: (request: FastifyRequest) => C,
): Promise<void> {
  await api.register((scope, _options, registered) => {
    registerBodies(scope, limits, startInTurn);
    scope.addHook('onRequest', (request, _reply, done) => {
      // Told beforehand: a mutation whose answer nobody takes is better not carried out.
      done(
        isAcceptable(request.headers.accept)
          ? undefined
          : refusal('BAD_REQUEST', 'Accept application/json or application/graphql-response+json.', 406),
      );
    });
    scope.addHook('preHandler', ({ body, query }, _reply, done) => {
      for (const request of [body, query]) {
        const document = (request as { query?: unknown } | null | undefined)?.query;
        if (typeof document === 'string') refuseDeepDocument(document);
      }
      done();
    });
    // As bytes: a text would be copied once more, together with the headers.
    scope.addHook('onSend', (_request, _reply, payload, done) => {
      done(null, typeof payload === 'string' ? Buffer.from(payload) : payload);
    });
    scope.route({
      url: '/graphql',
      method: ['GET', 'POST'],
      bodyLimit: limits.recordingBody,
      onRequest: authenticate,
      exposeHeadRoute: false,
      handler: fastifyApolloHandler(apollo, { context: (request) => Promise.resolve(contextOf(request)) }),
    });
    scope.route({
      url: '/graphql',
      method: 'OPTIONS',
      onRequest: authenticate,
      handler: (_request, reply) =>
        reply
          .code(204)
          .header(...ALLOW)
          .send(),
    });
    scope.route({
      url: '/graphql',
      method: [...OTHER_METHODS, 'HEAD'],
      onRequest: authenticate,
      handler: ({ method }) => {
        throw refusal(
          'METHOD_NOT_ALLOWED',
          `GraphQL is not served by ${method}; use POST, or GET for a query.`,
          405,
          [ALLOW],
        );
      },
    });
    registered();
  });
}

import type { ApolloServerPlugin, BaseContext, GraphQLRequestListener } from '@apollo/server';
import { OperationTypeNode } from 'graphql';
import type { ErrorCode } from './errors.js';

/** Codes of requests that may well succeed when they are sent again. */
const PASSING = new Set<unknown>([
  'DATABASE_UNAVAILABLE',
  'DATABASE_LOCKED',
  'DATABASE_FULL',
  'DATABASE_READ_ONLY',
  'OUTCOME_UNKNOWN',
  'OVERLOADED',
] satisfies ErrorCode[]);

const RETRY_AFTER_SECONDS = '1';

/**
 * Answers 503 with Retry-After where nothing of a request succeeded, and for reasons that pass: proxies and clients that
 * know no GraphQL then send it again, and a monitor sees it.
 */
export function answerUnavailable(): ApolloServerPlugin {
  const listener: GraphQLRequestListener<BaseContext> = {
    willSendResponse({ operation, response: { body, http } }) {
      if (body.kind !== 'single') return Promise.resolve();
      const { data, errors = [] } = body.singleResult;
      const isPassing = (code: unknown) =>
        PASSING.has(code) || (code === 'TIMEOUT' && operation?.operation === OperationTypeNode.MUTATION);
      const isNothing = data == null || Object.values(data).every((value) => value === null);
      if (errors.length === 0 || !isNothing) return Promise.resolve();
      if (!errors.every(({ extensions }) => isPassing(extensions?.['code']))) return Promise.resolve();
      http.status = 503;
      http.headers.set('retry-after', RETRY_AFTER_SECONDS);
      return Promise.resolve();
    },
  };
  return { requestDidStart: () => Promise.resolve(listener) };
}

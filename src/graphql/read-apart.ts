import type { ApolloServerPlugin, GraphQLRequestListener } from '@apollo/server';
import { unwrapResolverError } from '@apollo/server/errors';
import { OperationTypeNode } from 'graphql';
import { isTimeout } from '../database/explain-error.js';
import type { RequestContext } from './request-context.js';

/**
 * Lets queries, and no mutations, use the connections on which statements are broken off that take too long, and marks
 * the errors of those with the time that they had.
 */
export function readApart(): ApolloServerPlugin<RequestContext> {
  const listener: GraphQLRequestListener<RequestContext> = {
    didResolveOperation({ operation, contextValue }) {
      if (operation?.operation === OperationTypeNode.QUERY) contextValue.readOnly();
      return Promise.resolve();
    },
    didEncounterErrors({ errors, contextValue: { database } }) {
      for (const error of errors.filter((one) => isTimeout(unwrapResolverError(one)))) {
        Object.assign(error, { extensions: { ...error.extensions, limit: database.readTimeout } });
      }
      return Promise.resolve();
    },
  };
  return { requestDidStart: () => Promise.resolve(listener) };
}

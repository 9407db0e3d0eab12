import type { ApolloServerPlugin, GraphQLRequestListener } from '@apollo/server';
import { unwrapResolverError } from '@apollo/server/errors';
import { OperationTypeNode } from 'graphql';
import { troubleOf } from '../database/trouble.js';
import type { RequestContext } from './request-context.js';

/**
 * Lets queries, but not mutations, use the connections on which a statement that takes too long is cancelled, and adds
 * the time limit of these to their errors.
 */
export function readApart(): ApolloServerPlugin<RequestContext> {
  const listener: GraphQLRequestListener<RequestContext> = {
    didResolveOperation({ operation, contextValue }) {
      if (operation?.operation === OperationTypeNode.QUERY) contextValue.readOnly();
      return Promise.resolve();
    },
    didEncounterErrors({ errors, contextValue: { database, isReadOnly } }) {
      if (!isReadOnly) return Promise.resolve();
      for (const error of errors.filter((one) => troubleOf(unwrapResolverError(one)))) {
        Object.assign(error, { extensions: { ...error.extensions, readTimeout: database.readTimeout } });
      }
      return Promise.resolve();
    },
  };
  return { requestDidStart: () => Promise.resolve(listener) };
}

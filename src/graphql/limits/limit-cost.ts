import type { ApolloServerPlugin, BaseContext, GraphQLRequestListener } from '@apollo/server';
import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { memo } from '../memo.js';
import { operationCost } from './cost.js';
import { limitExceeded } from './limit-exceeded.js';
import type { Limits } from './limits.js';

/**
 * Refuses operations that cost too much, with their variables. What can be prepared of it is kept with the document,
 * which Apollo keeps for the next request with the same query.
 */
export function limitCost({ cost: limit }: Pick<Limits, 'cost'>): ApolloServerPlugin {
  const costOf = memo((operation: OperationDefinitionNode, schema: GraphQLSchema, document: DocumentNode) =>
    operationCost(schema, document, operation),
  );
  const listener: GraphQLRequestListener<BaseContext> = {
    didResolveOperation({ schema, document, operation, request }) {
      if (!operation) return Promise.resolve();
      const actual = costOf(operation, schema, document)(request.variables ?? {});
      if (actual <= limit) return Promise.resolve();
      const message = `The operation costs about ${actual}; at most ${limit} is allowed. Ask for smaller pages (first, top), fewer or longer buckets or less nesting, or send several requests.`;
      return Promise.reject(limitExceeded('TOO_COSTLY', message, { limit, actual }));
    },
  };
  return { requestDidStart: () => Promise.resolve(listener) };
}

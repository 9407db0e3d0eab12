import type { ApolloServerPlugin, BaseContext, GraphQLRequestListener } from '@apollo/server';
import type { OperationDefinitionNode } from 'graphql';
import { operationCost, type OperationCost } from './cost.js';
import { limitExceeded } from './limit-exceeded.js';
import type { Limits } from './limits.js';

/**
 * Refuses operations that cost too much, with their variables. What can be prepared of it is kept with the document,
 * which Apollo keeps for the next request with the same query.
 */
export function limitCost({ cost: limit }: Pick<Limits, 'cost'>): ApolloServerPlugin {
  const costs = new WeakMap<OperationDefinitionNode, OperationCost>();
  const listener: GraphQLRequestListener<BaseContext> = {
    didResolveOperation({ schema, document, operation, request }) {
      if (!operation) return Promise.resolve();
      let cost = costs.get(operation);
      if (!cost) costs.set(operation, (cost = operationCost(schema, document, operation)));
      const actual = cost(request.variables ?? {});
      if (actual <= limit) return Promise.resolve();
      const message = `The operation costs about ${actual}, and may cost ${limit}: ask for smaller pages (first, top), fewer or longer buckets, less nesting, or in several requests.`;
      return Promise.reject(limitExceeded('TOO_COSTLY', message, { limit, actual }));
    },
  };
  return { requestDidStart: () => Promise.resolve(listener) };
}

import type { ApolloServerPlugin, BaseContext, GraphQLRequestListener } from '@apollo/server';
import type { GraphQLError } from 'graphql';
import { wantsPlainJson } from './media-types.js';

/**
 * Answers clients that ask for application/json by name with status 200, also where the document or its variables are
 * refused. A request that is not GraphQL at all keeps its status.
 */
export function answerPlainJson(): ApolloServerPlugin {
  const listener: GraphQLRequestListener<BaseContext> = {
    willSendResponse({ request, response, errors }) {
      // What was thrown while variables were read can be any Error.
      const isNoRequest =
        errors?.some((error: Partial<GraphQLError>) => error.extensions?.['code'] === 'BAD_REQUEST') ?? false;
      if (
        response.http.status === 400 &&
        !isNoRequest &&
        wantsPlainJson(request.http?.headers.get('accept'))
      ) {
        response.http.status = 200;
      }
      return Promise.resolve();
    },
  };
  return { requestDidStart: () => Promise.resolve(listener) };
}

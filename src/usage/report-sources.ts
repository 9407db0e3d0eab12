import type { ApolloServerPlugin, GraphQLRequestListener } from '@apollo/server';
import type { CallerContext } from '../access/caller.js';
import type { LoggedContext } from '../graphql/log-unexpected.js';
import { usageReader } from './usage-reader.js';

/** A request that has it, with any value, is told in the answer's extensions where the figures came from. */
const HEADER = 'x-usage-source';

/** Tells where the usage of a request was read: in the log, and on demand in `extensions.usageSource`. */
export function reportSources(): ApolloServerPlugin<CallerContext & LoggedContext> {
  const listener: GraphQLRequestListener<CallerContext & LoggedContext> = {
    willSendResponse({ request, response, contextValue }) {
      const { sources } = contextValue.once(usageReader);
      if (sources.length === 0) return Promise.resolve();
      contextValue.log.debug({ usageSource: sources, requestId: contextValue.requestId }, 'usage was read');
      if (response.body.kind === 'single' && request.http?.headers.has(HEADER)) {
        const { singleResult } = response.body;
        singleResult.extensions = { ...singleResult.extensions, usageSource: sources };
      }
      return Promise.resolve();
    },
  };
  return { requestDidStart: () => Promise.resolve(listener) };
}

import type { ApolloServerPlugin, GraphQLRequestListener } from '@apollo/server';
import { unwrapResolverError } from '@apollo/server/errors';
import type { FastifyBaseLogger } from 'fastify';
import { tellTroubleOf, type TellTrouble } from '../database/trouble-log.js';
import { isUnexpected } from './format-error.js';

/** What a request is logged with. */
export interface LoggedContext {
  requestId: string;
  log: FastifyBaseLogger;
}

/**
 * Logs the errors that clients see masked, and the troubles of the database, and adds the request's id, under which the log has the details.
 */
export function logUnexpected(tellTrouble: TellTrouble): ApolloServerPlugin<LoggedContext> {
  const listener: GraphQLRequestListener<LoggedContext> = {
    didEncounterErrors({ errors, contextValue: { log, requestId } }) {
      for (const error of errors) tellTroubleOf(tellTrouble, unwrapResolverError(error));
      for (const error of errors.filter(isUnexpected)) {
        log.error({ err: error.originalError ?? error, requestId }, 'a request failed unexpectedly');
        Object.assign(error, { extensions: { ...error.extensions, requestId } });
      }
      return Promise.resolve();
    },
  };
  return { requestDidStart: () => Promise.resolve(listener) };
}

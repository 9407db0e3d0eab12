import type { ApolloServerPlugin, BaseContext, GraphQLRequestListener } from '@apollo/server';
import { GraphQLError, parse, type DocumentNode, type ValidationRule } from 'graphql';
import type { Limits } from './limits.js';
import { measureDocument } from './measure-document.js';

const refusals = new WeakMap<DocumentNode, GraphQLError>();

const NOTHING = parse('{ __typename }', { noLocation: true });

/**
 * Refuses documents that ask for too much, once each: what Apollo has validated it keeps, and does not validate again.
 *
 * Between parsing and validation Apollo takes no refusal, and validation must not see such a document. So an empty
 * one takes its place, about which {@link reportRefusal} tells the refusal.
 */
export function limitDocuments(limits: Limits): ApolloServerPlugin {
  const listener: GraphQLRequestListener<BaseContext> = {
    validationDidStart(request) {
      try {
        measureDocument(request.document, limits);
      } catch (error) {
        const document = { ...NOTHING };
        refusals.set(document, error as GraphQLError);
        Object.assign(request, { document });
      }
      return Promise.resolve();
    },
  };
  return { requestDidStart: () => Promise.resolve(listener) };
}

/** A validation rule that goes with {@link limitDocuments}. */
export const reportRefusal: ValidationRule = (context) => {
  const refusal = refusals.get(context.getDocument());
  if (refusal) context.reportError(refusal);
  return {};
};

import { GraphQLError } from 'graphql';
import { withCode } from '../graphql/errors.js';

/**
 * The caller is not known: the request is answered with HTTP 401.
 *
 * @param message what is wrong with the token; nothing from inside it, as the message also goes into a header
 */
export function unauthenticated(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: withCode('UNAUTHENTICATED') });
}

/** The caller is known, and may not do this. */
export function forbidden(message: string, rest: Record<string, unknown> = {}): GraphQLError {
  return new GraphQLError(message, { extensions: withCode('FORBIDDEN', rest) });
}

/** Nobody can tell whether a JWT is good: the identity provider does not say what its keys are. HTTP 503. */
export function providerUnavailable(): GraphQLError {
  return new GraphQLError(
    'The identity provider that signs the tokens does not answer at the moment. Try again.',
    { extensions: withCode('IDENTITY_PROVIDER_UNAVAILABLE') },
  );
}

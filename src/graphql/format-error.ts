import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { troubleOf, type Trouble } from '../database/trouble.js';
import { argumentPath, isInlineValue } from './argument-path.js';
import { withCode } from './errors.js';
import { isTooDeep, limitOfError } from './limits/limit-of-error.js';
import { withoutLongWords, withoutValues } from './without-values.js';

/** The message of an error that no input caused: it tells a client only where to look it up. */
export const MASKED = 'Something went wrong on the server. Its log has the details under the requestId.';

/** Whether an error is the server's own failure, to be logged and masked. */
export function isUnexpected(error: unknown): boolean {
  if (isTooDeep(error)) return false;
  const original = unwrapResolverError(error);
  return !(original instanceof GraphQLError) && !troubleOf(original);
}

/** Gives an error the shape that clients see: a stable code in extensions, and no inner details. */
export function formatError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const original = unwrapResolverError(error);
  const trouble = troubleOf(original);
  if (trouble) return { ...formatted, ...toldOf(trouble, formatted.extensions?.['readTimeout']) };
  if (isUnexpected(error)) {
    const requestId = formatted.extensions?.['requestId'];
    return { ...formatted, message: MASKED, extensions: withCode('INTERNAL_SERVER_ERROR', { requestId }) };
  }
  const limit = limitOfError(error);
  if (limit) return { ...formatted, ...limit };
  const message = withoutValues(formatted.message, original);
  // A bad value is the same mistake whether it is written into the query or sent as a variable.
  const node = error instanceof GraphQLError ? error.nodes?.[0] : undefined;
  if (formatted.extensions?.['code'] === 'GRAPHQL_VALIDATION_FAILED' && isInlineValue(node)) {
    const path = argumentPath(node);
    const argument = path && withoutLongWords(path);
    return {
      ...formatted,
      message: argument ? `${argument}: ${message}` : message,
      extensions: withCode('BAD_USER_INPUT', { argument }),
    };
  }
  return { ...formatted, message };
}

/** @param readTimeout milliseconds that the statement had, where it only read */
function toldOf(
  { code, reason, isUnanswered }: Trouble,
  readTimeout: unknown,
): Pick<GraphQLFormattedError, 'message' | 'extensions'> {
  if (readTimeout !== undefined) {
    if (code !== 'TIMEOUT') return { message: `${reason} Try again.`, extensions: withCode(code) };
    const message =
      'The database took too long. Narrow callTime, or ask for less at once: fewer breakdowns, no text.';
    return { message, extensions: withCode(code, { limit: readTimeout }) };
  }
  if (!isUnanswered)
    return { message: `${reason} Nothing was changed; try again.`, extensions: withCode(code) };
  const message =
    'The database did not answer, so that nobody knows whether it did what it was asked. Look before you try again.';
  return { message, extensions: withCode('OUTCOME_UNKNOWN') };
}

/** The code by which clients know an error. */
export function codeOf(error: unknown): string {
  const { message = '', extensions } = error as Partial<GraphQLError>;
  return String(formatError({ message, ...(extensions && { extensions }) }, error).extensions?.['code']);
}

type FormatError = (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError;

/**
 * Cuts the suggestions of names off messages, since they would give the schema away bit by bit. Apollo's own option
 * does this for documents, but not for variables.
 */
export function withoutSuggestions(format: FormatError): FormatError {
  return (formatted, error) => {
    const answer = format(formatted, error);
    return { ...answer, message: answer.message.replace(/ ?Did you mean [^]*$/, '') };
  };
}

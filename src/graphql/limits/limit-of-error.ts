import { GraphQLError } from 'graphql';
import { withCode } from '../errors.js';

const TOKENS = /^Syntax Error: Document contains more that (\d+) tokens/;

/**
 * The message and extensions of an error that is about a limit, also that of the parser's stack; undefined for others: Apollo gives all errors of
 * parsing and of validation the same codes, and graphql-js has none.
 */
export function limitOfError(
  error: unknown,
): { message: string; extensions: Record<string, unknown> } | undefined {
  if (!(error instanceof GraphQLError)) return undefined;
  const tokens = TOKENS.exec(error.message)?.[1];
  if (tokens !== undefined) {
    const message = `A document has at most ${tokens} tokens; send values as variables.`;
    return { message, extensions: withCode('TOO_MANY_TOKENS', { limit: Number(tokens) }) };
  }
  const { originalError } = error;
  if (originalError instanceof GraphQLError && originalError.originalError instanceof RangeError) {
    const message = 'Syntax Error: values are nested too deep; send them as variables.';
    return { message, extensions: withCode('GRAPHQL_PARSE_FAILED') };
  }
  if (!(originalError instanceof GraphQLError) || originalError.extensions['limit'] === undefined)
    return undefined;
  const extensions = { ...originalError.extensions };
  delete extensions['http'];
  return { message: error.message, extensions };
}

import { GraphQLError } from 'graphql';
import { withCode } from '../errors.js';

const TOKENS = /^Syntax Error: Document contains more that (\d+) tokens/;

/**
 * The message and extensions of an error about a limit, including the depth of the stack; undefined for other errors.
 * Apollo gives all errors of parsing the same code, and all of validation, and graphql-js gives none.
 */
export function limitOfError(
  error: unknown,
): { message: string; extensions: Record<string, unknown> } | undefined {
  if (isTooDeep(error)) {
    return { message: 'The variables are nested too deep.', extensions: withCode('BAD_USER_INPUT') };
  }
  if (!(error instanceof GraphQLError)) return undefined;
  const tokens = TOKENS.exec(error.message)?.[1];
  if (tokens !== undefined) {
    const message = `A document has at most ${tokens} tokens; send values as variables.`;
    return { message, extensions: withCode('TOO_MANY_TOKENS', { limit: Number(tokens) }) };
  }
  const { originalError } = error;
  if (!(originalError instanceof GraphQLError) || originalError.extensions['limit'] === undefined)
    return undefined;
  const extensions = { ...originalError.extensions };
  delete extensions['http'];
  return { message: error.message, extensions };
}

/** Whether graphql-js ran out of stack on variables: outside of resolvers it works on nothing else that is deep. */
export function isTooDeep(error: unknown): boolean {
  return error instanceof RangeError && error.message.startsWith('Maximum call stack');
}

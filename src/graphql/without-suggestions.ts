import type { GraphQLFormattedError } from 'graphql';

type FormatError = (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError;

/**
 * Cuts off where a message suggests names that there are, by which the schema could be found out bit by bit. Apollo's
 * own option does so for documents, and not for variables.
 */
export function withoutSuggestions(format: FormatError): FormatError {
  return (formatted, error) => {
    const answer = format(formatted, error);
    return { ...answer, message: answer.message.replace(/ ?Did you mean [^]*$/, '') };
  };
}

import { GraphQLError } from 'graphql';

/**
 * A mistake in what the client sent.
 *
 * @param argument path of the argument or input field, such as `filter.callTime.from`
 * @param message what would be right, as the rest of a sentence that begins with the argument
 */
export function badUserInput(argument: string, message: string): GraphQLError {
  return new GraphQLError(`${argument} ${message}`, { extensions: { code: 'BAD_USER_INPUT', argument } });
}

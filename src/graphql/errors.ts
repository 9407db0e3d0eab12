import { GraphQLError } from 'graphql';

/** Every code that an answer's errors carry; each has a row in docs/errors.md. */
export const ERROR_CODES = [
  'BAD_USER_INPUT',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'IDENTITY_PROVIDER_UNAVAILABLE',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'BAD_REQUEST',
  'REQUEST_TIMEOUT',
  'HEADERS_TOO_LARGE',
  'NOT_FOUND',
  'METHOD_NOT_ALLOWED',
  'UNSUPPORTED_MEDIA_TYPE',
  'PAYLOAD_TOO_LARGE',
  'TOO_MANY_TOKENS',
  'TOO_MANY_DEFINITIONS',
  'TOO_MANY_FIELDS',
  'TOO_MANY_ALIASES',
  'TOO_MANY_REPEATS',
  'TOO_DEEP',
  'TOO_COSTLY',
  'IDEMPOTENCY_CONFLICT',
  'RATE_LIMITED',
  'OVERLOADED',
  'TIMEOUT',
  'API_KEY_UNREADABLE',
  'KEY_ENCRYPTION_NOT_CONFIGURED',
  'PROVIDER_UNAVAILABLE',
  'DATABASE_UNAVAILABLE',
  'DATABASE_LOCKED',
  'DATABASE_FULL',
  'DATABASE_READ_ONLY',
  'OUTCOME_UNKNOWN',
  'INTERNAL_SERVER_ERROR',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** The extensions of an error: its code, and what a program needs to act on it. */
export function withCode(code: ErrorCode, rest: Record<string, unknown> = {}): Record<string, unknown> {
  return { code, ...rest };
}

/**
 * A mistake in what the client sent.
 *
 * @param argument path of the argument or input field, such as `filter.callTime.from`
 * @param message what would be right, as the rest of a sentence that begins with the argument
 * @param numbers where a limit was exceeded
 */
export function badUserInput(
  argument: string,
  message: string,
  numbers: { limit?: number; actual?: number } = {},
): GraphQLError {
  const extensions = withCode('BAD_USER_INPUT', { argument, ...numbers });
  return new GraphQLError(`${argument} ${message}`, { extensions });
}

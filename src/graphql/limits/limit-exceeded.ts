import { HeaderMap } from '@apollo/server';
import { GraphQLError } from 'graphql';
import { withCode, type ErrorCode } from '../errors.js';

/** What was exceeded, in numbers. `actual` is missing where counting stopped at the limit. */
export interface Excess {
  limit: number;
  actual?: number;
}

/** Refuses a request that asks for too much. */
export function limitExceeded(
  code: ErrorCode,
  message: string,
  excess: Excess,
  http: { status: number; headers?: [string, string][] } = { status: 400 },
): GraphQLError {
  const head = { status: http.status, headers: new HeaderMap(http.headers) };
  return new GraphQLError(message, { extensions: { ...withCode(code, { ...excess }), http: head } });
}

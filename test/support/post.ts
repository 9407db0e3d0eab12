import { bearer, TEST_TOKEN } from './token.js';

export interface GraphQLAnswer {
  status: number;
  // Tests read deep into answers and compare them; a wrong path shows as undefined.
  data: any;
  extensions?: Record<string, unknown>;
  errors?: { message: string; extensions: Record<string, unknown>; path?: (string | number)[] }[];
}

/**
 * Sends one GraphQL request over HTTP.
 *
 * @param url http://host:port
 * @param token of the caller; null sends none
 */
export async function post(
  url: string,
  query: string,
  variables?: Record<string, unknown>,
  token: string | null = TEST_TOKEN,
): Promise<GraphQLAnswer> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token === null ? {} : bearer(token)) },
    body: JSON.stringify({ query, variables }),
  });
  return { status: response.status, ...((await response.json()) as Omit<GraphQLAnswer, 'status'>) };
}

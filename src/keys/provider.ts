import { GraphQLError } from 'graphql';
import { withCode } from '../graphql/errors.js';

const TIMEOUT_MS = 5_000;

/**
 * Tries a key at the provider; gives null where it works, and otherwise the status that the provider refused it with.
 *
 * @throws PROVIDER_UNAVAILABLE when the provider does not tell
 */
export type TryApiKey = (apiKey: string) => Promise<number | null>;

/**
 * Tries keys with the cheapest request that needs one: for the list of models. The key goes to that address alone,
 * and nothing of the answer but its status is looked at, since providers quote keys in their errors.
 *
 * @param baseUrl such as https://api.openai.com/v1
 */
export function providerAt(baseUrl: string): TryApiKey {
  return async (apiKey) => {
    const status = await statusOf(`${baseUrl}/models`, apiKey);
    if (status >= 200 && status < 300) return null;
    if (status === 401 || status === 403) return status;
    const redirect = status >= 300 && status < 400 ? ', a redirection, which no key is sent along' : '';
    throw unavailable(`answers with status ${status}${redirect}`, { status });
  };
}

async function statusOf(url: string, apiKey: string): Promise<number> {
  try {
    const { status, body } = await fetch(url, {
      headers: { accept: 'application/json', authorization: `Bearer ${apiKey}` },
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await body?.cancel();
    return status;
  } catch (error) {
    const { name, cause } = error as { name?: string; cause?: { code?: string } };
    if (name === 'TimeoutError') throw unavailable(`does not answer within ${TIMEOUT_MS / 1000} s`);
    // The message stays inside: Node's may quote a header.
    throw unavailable(`cannot be reached (${cause?.code ?? 'no connection'})`);
  }
}

function unavailable(what: string, details: { status?: number } = {}): GraphQLError {
  return new GraphQLError(
    `The provider ${what}, so the new key could not be tried and nothing was changed. Try again later, look at PROVIDER_BASE_URL, or rotate with verify: false.`,
    { extensions: withCode('PROVIDER_UNAVAILABLE', details) },
  );
}

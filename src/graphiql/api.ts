/** The API answers at the page's own address, whatever a proxy in front of it puts before /graphql. */
export const API = location.pathname;

/** Who the server takes the owner of a token for. */
export interface Viewer {
  name: string;
  scopes: string[];
  groupIds: string[] | null;
}

/** The server does not take the token; the message says why. */
export class Refused extends Error {
  override name = 'Refused';
}

/** `fetch` that brings a token along. */
export function fetchWith(token: string): typeof fetch {
  return (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set('authorization', `Bearer ${token}`);
    return fetch(input, { ...init, headers });
  };
}

/**
 * Asks the server who is signed in.
 *
 * @throws Refused where the token is not one, or no longer
 */
export async function fetchViewer(token: string): Promise<Viewer> {
  const response = await fetchWith(token)(API, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ query: '{ viewer { name scopes groupIds } }' }),
  });
  const { data, errors } = (await response.json()) as {
    data?: { viewer: Viewer } | null;
    errors?: { message: string }[];
  };
  if (data) return data.viewer;
  throw new Refused(errors?.[0]?.message ?? `The server answered with status ${response.status}.`);
}

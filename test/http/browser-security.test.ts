import { describe, expect, test } from '@jest/globals';
import { useTestServer } from '../support/server.js';
import { bearer } from '../support/token.js';

const ORIGIN = 'https://app.example.com';
const server = useTestServer();
const open = useTestServer(() => ({ http: { corsOrigins: [ORIGIN, 'http://localhost:3000'] } }));

const QUERY = JSON.stringify({ query: '{ __typename }' });
const JSON_BODY = { 'content-type': 'application/json' };

function post(url: string, headers: Record<string, string>): Promise<Response> {
  return fetch(`${url}/graphql`, { method: 'POST', headers: { ...bearer(), ...headers }, body: QUERY });
}

function corsHeaders({ headers }: Response): Record<string, string> {
  const found: Record<string, string> = {};
  headers.forEach((value, name) => {
    if (name.startsWith('access-control-')) found[name] = value;
  });
  return found;
}

describe('requests that a browser sends for any page, without asking first', () => {
  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', ''])(
    'a body of the type "%s" is refused',
    async (type) => {
      const response = await post(server.url, { 'content-type': type });
      expect(response.status).toBe(415);
    },
  );

  test('a query in the address brings no token, and is refused', async () => {
    const url = `${server.url}/graphql?query={__typename}`;
    for (const headers of [{}, { cookie: `token=${bearer().authorization}` }]) {
      expect((await fetch(url, { headers })).status).toBe(401);
    }
    // A browser sends no such header for a page of another origin before it has asked.
    expect((await fetch(url, { headers: bearer() })).status).toBe(200);
  });

  test('JSON, which a browser asks about, is answered', async () => {
    expect((await post(server.url, JSON_BODY)).status).toBe(200);
  });
});

describe('pages of other origins', () => {
  const asks = (url: string, origin: string) =>
    fetch(`${url}/graphql`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });

  test('get no answer to read, where none is named', async () => {
    for (const response of [
      await asks(server.url, ORIGIN),
      await post(server.url, { ...JSON_BODY, origin: ORIGIN }),
    ]) {
      expect(corsHeaders(response)).toEqual({});
    }
  });

  test('that are named may send and read, without cookies', async () => {
    const preflight = await asks(open.url, ORIGIN);
    expect(preflight.status).toBe(204);
    expect(corsHeaders(preflight)).toEqual({
      'access-control-allow-origin': ORIGIN,
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': 'authorization,content-type',
      'access-control-expose-headers': 'retry-after',
      'access-control-max-age': '600',
    });
    const response = await post(open.url, { ...JSON_BODY, origin: ORIGIN });
    expect(corsHeaders(response)).toEqual({
      'access-control-allow-origin': ORIGIN,
      'access-control-expose-headers': 'retry-after',
    });
    expect(response.headers.get('vary')).toMatch(/origin/i);
  });

  test.each([
    'https://app.example.com.evil.example',
    'http://app.example.com',
    'null',
    'https://example.com',
  ])('a page of %s is none of them', async (origin) => {
    expect(corsHeaders(await asks(open.url, origin))).not.toHaveProperty('access-control-allow-origin');
    const response = await post(open.url, { ...JSON_BODY, origin });
    expect(corsHeaders(response)).not.toHaveProperty('access-control-allow-origin');
    expect(response.headers.get('vary')).toMatch(/origin/i);
  });
});

test.each([
  ['the page', 200, '/graphql', { accept: 'text/html' }],
  ['the API', 200, '/graphql?query={__typename}', bearer()],
  ['a refusal', 400, '/graphql?query={', bearer()],
  ['a request without a token', 401, '/graphql?query={__typename}', {}],
  ['a health check', 200, '/livez', {}],
])('%s is sent with the headers that protect a browser', async (_, status, path, headers) => {
  const response = await fetch(server.url + path, { headers });
  expect(response.status).toBe(status);
  const policy = response.headers.get('content-security-policy') ?? '';
  const directives = Object.fromEntries(
    policy.split(';').map((directive) => [directive.split(' ')[0], directive.split(' ').slice(1).join(' ')]),
  );
  expect(directives).toEqual({
    ...{ 'default-src': "'none'", 'base-uri': "'none'", 'form-action': "'none'", 'object-src': "'none'" },
    ...{
      'frame-ancestors': "'none'",
      'script-src': "'self'",
      'worker-src': "'self'",
      'connect-src': "'self'",
    },
    // What Monaco cannot do without; none of it runs anything.
    ...{ 'style-src': "'self' 'unsafe-inline'", 'font-src': "'self' data:", 'img-src': "'self' data:" },
  });
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  expect(response.headers.get('x-frame-options')).toBe('DENY');
  expect(response.headers.get('referrer-policy')).toBe('no-referrer');
  expect(response.headers.get('cross-origin-resource-policy')).toBe('same-origin');
  expect(response.headers.has('strict-transport-security')).toBe(false);
  expect(response.headers.has('x-powered-by')).toBe(false);
});

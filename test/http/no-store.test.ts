import { expect, test } from '@jest/globals';
import { useTestServer } from '../support/server.js';
import { bearer } from '../support/token.js';

const server = useTestServer();

const KEY = encodeURIComponent('{ openAIApiKey }');
const post = (query: string, headers = bearer()): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify({ query }),
});

test.each([
  ['the provider key', 200, '/graphql', post('{ openAIApiKey }')],
  [
    'the provider key, asked for by GET',
    200,
    `/graphql?query=${KEY}`,
    { headers: { ...bearer(), 'apollo-require-preflight': '1' } },
  ],
  ['calls, which hold prompts', 200, '/graphql', post('{ callLogs { nodes { requestMessages } } }')],
  ['a mutation', 200, '/graphql', post('mutation { createGroup(name: "One") { id } }')],
  ['an error of GraphQL', 400, '/graphql', post('{ nothing }')],
  ['a body that is no JSON', 400, '/graphql', { ...post(''), body: '{' }],
  ['a request without a token', 401, '/graphql', { method: 'POST' }],
  ['a health check', 200, '/livez', {}],
  ['an address that is not there', 404, '/nothing', {}],
])('no cache keeps the answer to %s', async (_, status, path, init) => {
  const response = await fetch(server.url + path, init);
  expect(response.status).toBe(status);
  expect(response.headers.get('cache-control')).toBe('no-store');
});

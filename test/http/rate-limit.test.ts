import { expect, test } from '@jest/globals';
import { useTestServer } from '../support/server.js';
import { bearer, newToken } from '../support/token.js';

const RATE = 5;
const server = useTestServer(() => ({ http: { rate: RATE } }));
const unlimited = useTestServer(() => ({ http: { rate: 0 } }));

async function post(url: string, authorization: string, body = '{ "query": "{ __typename }" }') {
  const headers = { 'content-type': 'application/json', authorization };
  const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

async function statuses(count: number, ...args: Parameters<typeof post>): Promise<number[]> {
  const found: number[] = [];
  for (let sent = 0; sent < count; sent++) found.push((await post(...args)).status);
  return found;
}

async function caller(): Promise<string> {
  return bearer(await newToken(server.database)).authorization;
}

const OK = Array.from({ length: RATE }, () => 200);

test('a caller makes as many requests in a minute as the limit says, and is told when to go on', async () => {
  const one = await caller();
  expect(await statuses(RATE, server.url, one)).toEqual(OK);
  const { status, headers, body } = await post(server.url, one);
  expect(status).toBe(429);
  expect(body.errors).toEqual([
    { message: expect.stringContaining('Retry-After'), extensions: { code: 'RATE_LIMITED', limit: RATE } },
  ]);
  const wait = Number(headers.get('retry-after'));
  expect(wait).toBeGreaterThan(0);
  expect(wait).toBeLessThanOrEqual(60);
});

test('requests that are refused count, too', async () => {
  const two = await caller();
  expect(await statuses(RATE, server.url, two, '{')).toEqual(OK.map(() => 400));
  expect((await post(server.url, two)).status).toBe(429);
});

test('each token has requests of its own', async () => {
  for (const token of [await caller(), await caller()]) {
    expect(await statuses(RATE + 1, server.url, token)).toEqual([...OK, 429]);
  }
});

test('health checks and the page are answered however often', async () => {
  for (let asked = 0; asked < RATE * 3; asked++) {
    expect((await fetch(`${server.url}/livez`)).status).toBe(200);
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    expect((await fetch(`${server.url}/graphql`, { headers: { accept: 'text/html' } })).status).toBe(200);
  }
});

test('where no limit is set, there is none', async () => {
  expect(new Set(await statuses(RATE * 5, unlimited.url, bearer().authorization))).toEqual(new Set([200]));
});

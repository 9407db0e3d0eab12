import { expect, test } from '@jest/globals';
import { useTestServer } from '../support/server.js';
import { bearer, newToken } from '../support/token.js';

const LIMIT = 5;
const server = useTestServer(() => ({ http: { signInFailures: LIMIT } }));
const unlimited = useTestServer(() => ({ http: { signInFailures: 0 } }));

const BAD = [`lcl_${'x'.repeat(43)}`, 'lcl_half', 'eyJhbGciOiJub25lIn0.e30.'];

async function knock(url: string, headers: Record<string, string>) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: '{"query":"{ viewer { name } }"}',
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

async function statuses(count: number, url: string, headersOf: (index: number) => Record<string, string>) {
  const found: number[] = [];
  for (let sent = 0; sent < count; sent++) found.push((await knock(url, headersOf(sent))).status);
  return found;
}

const bad = (index: number) => bearer(BAD[index % BAD.length]);

test('of bad tokens, an address is answered so many in a minute, and then told when to go on', async () => {
  // Who sends none has tried none.
  expect(await statuses(LIMIT * 2, server.url, () => ({}))).toEqual(Array(LIMIT * 2).fill(401));
  expect(await statuses(LIMIT * 2, server.url, bad)).toEqual([
    ...Array<number>(LIMIT).fill(401),
    ...Array<number>(LIMIT).fill(429),
  ]);
  const { status, headers, body } = await knock(server.url, bad(0));
  expect(status).toBe(429);
  expect(body).toEqual({
    errors: [
      { message: expect.stringContaining('Retry-After'), extensions: { code: 'RATE_LIMITED', limit: LIMIT } },
    ],
  });
  const wait = Number(headers.get('retry-after'));
  expect(wait).toBeGreaterThan(0);
  expect(wait).toBeLessThanOrEqual(60);
});

test('a good token is let in meanwhile from the same address, also one that was never seen before', async () => {
  await statuses(LIMIT + 1, server.url, bad);
  for (const token of [await newToken(server.database), await newToken(server.database)]) {
    expect(await statuses(LIMIT * 2, server.url, () => bearer(token))).toEqual(Array(LIMIT * 2).fill(200));
    expect((await knock(server.url, bad(0))).status).toBe(429);
  }
});

test('where no limit is set, there is none', async () => {
  expect(new Set(await statuses(LIMIT * 30, unlimited.url, bad))).toEqual(new Set([401]));
});

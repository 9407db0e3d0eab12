import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import Fastify from 'fastify';
import { sql } from 'kysely';
import type { Page } from 'playwright-core';
import { registerGraphiql } from '../../src/http/graphiql.js';
import { useBrowser } from '../support/browser.js';
import { useTestServer } from '../support/server.js';
import { bearer, TEST_TOKEN } from '../support/token.js';

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
const server = useTestServer();

function open(path: string, accept: string): Promise<Response> {
  return fetch(`${server.url}${path}`, { headers: { accept, ...bearer() }, redirect: 'manual' });
}

beforeAll(async () => {
  await sql`INSERT INTO groups (id, name) VALUES (1, 'Research'), (2, 'Support')`.execute(
    server.database.sql,
  );
  await sql`
    INSERT INTO llm_call_logs (group_id, request_messages, request_params, status, tokens_used, call_time)
    VALUES (1, '[]', '{"model": "gpt-4o"}', 'success', 1200, '2026-03-01 08:00:00'),
           (1, '[]', '{"model": "gpt-4o"}', 'success', 34, '2026-03-01 09:00:00'),
           (2, '[]', '{"model": "qwen-max"}', 'error', NULL, '2026-03-01 10:00:00')`.execute(
    server.database.sql,
  );
});

describe('over HTTP', () => {
  test('a browser that opens /graphql gets the page, and asks again for it each time', async () => {
    const response = await open('/graphql', BROWSER);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch('text/html');
    expect(response.headers.get('cache-control')).toBe('no-cache');
    expect(response.headers.get('vary')).toMatch(/accept/i);
    expect(await response.text()).toMatch('<title>llm-call-log</title>');
  });

  test.each([
    'application/json',
    '*/*',
    'application/graphql-response+json',
    'text/html;q=0.5,application/json',
  ])('a client that accepts %s gets the API and no page', async (accept) => {
    const response = await open('/graphql', accept);
    expect(response.headers.get('content-type')).toMatch('json');
    expect(await response.text()).not.toMatch(/<html/i);
  });

  test('an operation in the address is answered by the API, in a browser too', async () => {
    const response = await fetch(`${server.url}/graphql?query={__typename}`, {
      headers: { accept: BROWSER, 'apollo-require-preflight': 'yes', ...bearer() },
    });
    expect(await response.json()).toEqual({ data: { __typename: 'Query' } });
  });

  test('the page holds no inline script, so that a strict Content-Security-Policy can stand', async () => {
    const html = await (await open('/graphql', BROWSER)).text();
    expect(html.match(/<script\b[^>]*>/g)).toEqual([expect.stringContaining('src=')]);
    expect(html).not.toMatch(/\son\w+=|javascript:/i);
  });

  test('assets may be kept for ever, and arrive compressed', async () => {
    const html = await (await open('/graphql', BROWSER)).text();
    const assets = [...html.matchAll(/"\.(\/graphql\/assets\/[^"]+)"/g)].map((match) => match[1] ?? '');
    expect(assets.length).toBeGreaterThan(2);
    for (const asset of assets) {
      const response = await open(asset, '*/*');
      expect(response.status).toBe(200);
      expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      expect(response.headers.get('content-encoding')).toBe('gzip');
      await response.arrayBuffer();
    }
  });

  test.each(['', 'none.js', '..%2f..%2findex.html', '..%2f..%2f..%2f..%2fpackage.json'])(
    'nothing is served at /graphql/assets/%s',
    async (path) => {
      expect((await open(`/graphql/assets/${path}`, '*/*')).ok).toBe(false);
    },
  );

  test('the bare address leads to /graphql', async () => {
    const response = await open('/', BROWSER);
    expect(response.status).toBe(302);
    expect(new URL(response.headers.get('location') ?? '', response.url).pathname).toBe('/graphql');
  });

  test('a server whose page is not built says how to build it', async () => {
    const app = Fastify();
    await registerGraphiql(app, '/nowhere');
    app.get('/graphql', () => 'the API');
    const page = await app.inject({ url: '/graphql', headers: { accept: BROWSER } });
    expect(page.statusCode).toBe(503);
    expect(page.body).toMatch('npm run build');
    expect((await app.inject('/graphql')).body).toBe('the API');
  });
});

describe('in a browser', () => {
  const browsing = useBrowser(server);
  let page: Page;

  beforeEach(async () => {
    ({ page } = browsing);
    await page.goto(`${server.url}/graphql#token=${TEST_TOKEN}`);
    await page.getByRole('tab', { name: 'Overview' }).waitFor();
  });

  test('the first tab holds a query which, run by its button, shows the calls of the database', async () => {
    await page
      .locator('.graphiql-query-editor', { hasText: 'query Overview { callLogs(first: 10)' })
      .waitFor();
    const shown = page.locator('.graphiql-response');
    expect(await shown.innerText()).not.toMatch('data');

    const answer = page.waitForResponse(
      (response) => response.request().postData()?.includes('Overview') ?? false,
    );
    await page.getByRole('button', { name: 'Execute query' }).click();

    await shown.getByText('"qwen-max"').waitFor();
    expect(await (await answer).json()).toEqual({
      data: {
        callLogs: {
          totalCount: 3,
          nodes: [
            expect.objectContaining({ status: 'ERROR', model: 'qwen-max', group: { name: 'Support' } }),
            expect.objectContaining({ status: 'SUCCESS', tokensUsed: 34, group: { name: 'Research' } }),
            expect.objectContaining({ callTime: '2026-03-01T08:00:00.000Z', tokensUsed: 1200 }),
          ],
        },
        usage: {
          totals: { calls: 3, errors: 1, errorRate: 1 / 3, tokensUsed: 1234 },
          byGroup: [
            { group: { name: 'Research' }, usage: { totals: { calls: 2, tokensUsed: 1234 } } },
            { group: { name: 'Support' }, usage: { totals: { calls: 1, tokensUsed: 0 } } },
          ],
        },
      },
    });
  });

  test('the Explorer adds the field that is ticked to the query', async () => {
    await page.getByRole('button', { name: 'Show GraphiQL Explorer' }).click();
    await page.locator('.graphiql-explorer-root').getByText('durationMs', { exact: true }).first().click();
    await page.locator('.graphiql-query-editor', { hasText: 'durationMs' }).waitFor();
  });

  test('the documentation says what a field means', async () => {
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    const panel = page.locator('.graphiql-plugin');
    await panel.getByText('CallLog', { exact: true }).click();
    await panel.getByText('The model that was called').waitFor();
  });

  test('the editor suggests the fields that there are and marks one that there is not', async () => {
    await page.locator('.graphiql-query-editor .view-lines').click();
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.type('{ callLogs { totalC');
    await page.locator('.suggest-widget').getByText('totalCount').waitFor();
    await page.keyboard.type('NotThere');
    await page.locator('.graphiql-query-editor .squiggly-error').first().waitFor();
  });
});

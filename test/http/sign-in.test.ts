import { beforeEach, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import type { Page } from 'playwright-core';
import { useBrowser } from '../support/browser.js';
import { useTestServer } from '../support/server.js';
import { TEST_TOKEN } from '../support/token.js';

const server = useTestServer();
const browsing = useBrowser(server);
let page: Page;

beforeEach(() => {
  ({ page } = browsing);
});

async function makeToken(groupIds: string[] | null = null): Promise<{ id: string; secret: string }> {
  const { createAccessToken } = await server.query(
    `mutation ($groupIds: [ID!]) {
      createAccessToken(input: { name: "Ada <analyst>", scopes: [LOGS_READ], groupIds: $groupIds }) {
        secret accessToken { id }
      }
    }`,
    { groupIds },
  );
  return { id: createAccessToken.accessToken.id, secret: createAccessToken.secret };
}

/** Everything that the browser keeps for the page, and where it is. */
async function leftovers(): Promise<{ address: string; session: string; rest: string }> {
  return page.evaluate(async () => ({
    address: location.href,
    session: JSON.stringify(sessionStorage),
    rest: [
      JSON.stringify(localStorage),
      document.cookie,
      JSON.stringify(history.state),
      JSON.stringify(await indexedDB.databases()),
      document.documentElement.outerHTML,
    ].join('\n'),
  }));
}

async function waitForExplorer(): Promise<void> {
  await page.locator('.graphiql-query-editor', { hasText: 'query Overview' }).waitFor();
}

async function signIn(token: string): Promise<void> {
  await page.getByLabel('Access token').fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** Chromium logs an answer of 401 by itself; Monaco, that it gives up what it was at when it leaves the page. */
function forgiveRefusals(): void {
  const others = browsing.wrong.filter((line) => !/status of 401|^Canceled/.test(line));
  browsing.wrong.splice(0, Infinity, ...others);
}

test('a link with a token signs in, and the token leaves the address for this tab alone', async () => {
  const { secret } = await makeToken();
  await page.goto(`${server.url}/graphql#token=${secret}`);
  await waitForExplorer();
  const { address, session, rest } = await leftovers();
  expect(address).toBe(`${server.url}/graphql`);
  expect(session).toContain(secret);
  expect(rest).not.toContain(secret);

  await page.reload();
  await waitForExplorer();
  const other = await page.context().newPage();
  await other.goto(`${server.url}/graphql`);
  await other.getByLabel('Access token').waitFor();
  await other.close();
});

test('it shows who is signed in, with scopes and groups', async () => {
  await sql`INSERT INTO groups (id, name) VALUES (7, 'Research') ON CONFLICT DO NOTHING`.execute(
    server.database.sql,
  );
  const { secret } = await makeToken(['7']);
  await page.goto(`${server.url}/graphql#token=${secret}`);
  const banner = page.getByRole('banner');
  await banner.getByText('Ada <analyst>').waitFor();
  expect((await banner.innerText()).replace(/\s+/g, ' ')).toBe(
    'Signed in as Ada <analyst> LOGS_READ groups 7 only Sign out',
  );
});

test('without a token it asks for one, and says what is wrong with one that is refused', async () => {
  await page.goto(`${server.url}/graphql`);
  await signIn('lcl_of-nobody');
  await page.getByRole('alert').getByText('The access token is malformed').waitFor();
  expect((await leftovers()).session).not.toContain('lcl_of-nobody');

  await signIn(` ${TEST_TOKEN} `);
  await waitForExplorer();
  forgiveRefusals();
});

test('a token that is revoked meanwhile is dropped, and another is asked for', async () => {
  const { id, secret } = await makeToken();
  await page.goto(`${server.url}/graphql#token=${secret}`);
  await waitForExplorer();
  await server.query('mutation ($id: ID!) { revokeAccessToken(id: $id) { id } }', { id });
  const alert = page.getByRole('alert').getByText('The token is not taken any more');
  while (!(await alert.isVisible())) {
    const run = page.getByRole('button', { name: 'Execute query' });
    if (await run.isVisible()) await run.click();
    await page.waitForTimeout(300);
  }
  await page.getByLabel('Access token').waitFor();
  expect((await leftovers()).session).not.toContain(secret);
  forgiveRefusals();
});

test('signing out drops the token', async () => {
  await page.goto(`${server.url}/graphql#token=${TEST_TOKEN}`);
  await waitForExplorer();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('Access token').waitFor();
  const { session, rest } = await leftovers();
  expect(session + rest).not.toContain(TEST_TOKEN);
});

test('queries that were run are kept for another day without the token', async () => {
  await page.goto(`${server.url}/graphql#token=${TEST_TOKEN}`);
  await waitForExplorer();
  await page.getByRole('button', { name: 'Execute query' }).click();
  await page.locator('.graphiql-response').getByText('totalCount').waitFor();
  const { rest } = await leftovers();
  expect(rest).toContain('callLogs');
  expect(rest).not.toContain(TEST_TOKEN);
});

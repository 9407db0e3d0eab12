import { beforeEach, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { useBrowser } from '../support/browser.js';
import { keptIn, watchWrites } from '../support/browser-storage.js';
import { eventually } from '../support/eventually.js';
import { findSecrets } from '../support/residue.js';
import { useTestServer } from '../support/server.js';
import { TEST_TOKEN } from '../support/token.js';

const server = useTestServer();
const browsing = useBrowser(server);
let page: Page;

/** In every key that is typed here; nothing about it looks like a key of any provider. */
const SECRET = 'R3s1dueMark3r7Q2w9ZpL4x';

const literal = (key: string) =>
  `mutation Literal { rotateApiKey(input: { newApiKey: "${key}", verify: false }) { __typename } }`;
const WITH_VARIABLE =
  'mutation WithVariable($key: String!) { rotateApiKey(input: { newApiKey: $key, verify: false }) { __typename } }';
const PAGE_OF = 'query PageOf($size: Int) { callLogs(first: $size) { totalCount } }';

beforeEach(() => {
  ({ page } = browsing);
});

async function open(): Promise<void> {
  await page.goto(`${server.url}/graphql#token=${TEST_TOKEN}`);
  await page.locator('.graphiql-query-editor .view-lines').waitFor();
  await page.getByRole('button', { name: 'Variables' }).click();
}

/** Puts a text into an editor, as one that is pasted. */
async function enter(editor: 'query-editor' | 'variables', text: string): Promise<void> {
  const place = editor === 'variables' ? '.graphiql-editor-tool' : `.graphiql-${editor}`;
  await page.locator(`${place} .view-lines`).first().click();
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.insertText(text);
}

async function enterQuery(text: string, title: string): Promise<void> {
  await enter('query-editor', text);
  await page.getByRole('tab', { name: title, selected: true }).waitFor();
}

/** GraphiQL takes a moment to see which operation the editor holds, and runs the one before until then. */
async function run(answer: string): Promise<void> {
  const shown = page.locator('.graphiql-response').getByText(answer).first();
  await eventually(async () => {
    await page.getByRole('button', { name: 'Execute query' }).click();
    return shown.waitFor({ timeout: 500 }).then(
      () => true,
      () => false,
    );
  });
  // Chromium logs by itself that the one before is none of this document.
  const others = browsing.wrong.filter((line) => !line.includes('status of 400'));
  browsing.wrong.splice(0, Infinity, ...others);
}

async function newTab(): Promise<void> {
  await page.getByRole('button', { name: 'New tab' }).click();
}

/** GraphiQL writes half a second late, and in turn: when this is kept, all from before it was written. */
async function waitUntilKept(title: string): Promise<void> {
  await newTab();
  await enterQuery(`query ${title} { callLogs { totalCount } }`, title);
  await page.waitForFunction(
    (text) => localStorage.getItem('llm-call-log:graphiql:tabState')?.includes(text),
    `query ${title} `,
  );
}

async function titles(): Promise<string[]> {
  return page.getByRole('tab').allInnerTexts();
}

test('a provider key that is entered, or answered, is at no time written into the storage of the browser', async () => {
  const written = await watchWrites(page);
  await open();
  await enterQuery(literal(`${SECRET}1`), 'Literal');
  await run('ApiKeyRotated');
  await newTab();
  await enterQuery(WITH_VARIABLE, 'WithVariable');
  await enter('variables', `{ "key": "${SECRET}2" }`);
  await run('ApiKeyRotated');
  // The variables stay where they are.
  await enterQuery(PAGE_OF, 'PageOf');
  await run('totalCount');
  await newTab();
  await enterQuery('query TheKey { openAIApiKey }', 'TheKey');
  await run(`${SECRET}2`);
  for (const text of [
    SECRET,
    `query Commented { groups { totalCount } } # ${literal(SECRET)}`,
    `query Commented { groups { totalCount } }\n# newApiKey: "${SECRET}"`,
    `query Leaked { callLogs(filter: { text: "sk-proj-${SECRET}" }) { totalCount } }`,
  ]) {
    await newTab();
    await enter('query-editor', text);
  }
  await page.getByRole('button', { name: 'Show History' }).click();
  const favourites = page.getByRole('button', { name: 'Add favorite' });
  while ((await favourites.count()) > 0) await favourites.first().click();
  await waitUntilKept('Last');

  expect(findSecrets([SECRET], written)).toEqual([]);
  expect(findSecrets([SECRET], await keptIn(page))).toEqual([]);
  expect(findSecrets(['PageOf', 'TheKey', 'Last'], await keptIn(page)).length).toBeGreaterThan(3);
  await page.reload();
  await page.getByRole('tab', { name: 'Last', selected: true }).waitFor();
  expect(await titles()).toEqual(['PageOf', 'TheKey', 'Last']);
});

test('queries are there again when the page is opened another day, each with its variables', async () => {
  await open();
  await newTab();
  await enterQuery(PAGE_OF, 'PageOf');
  await enter('variables', '{ "size": 7 }');
  await run('totalCount');
  await waitUntilKept('Another');
  await page.getByRole('tab', { name: 'PageOf' }).getByRole('button').first().click();
  await page.waitForFunction(() =>
    localStorage.getItem('llm-call-log:graphiql:tabState')?.includes('"activeTabIndex":1'),
  );

  const other = await page.context().newPage();
  await page.close();
  page = other;
  await open();
  await page.locator('.graphiql-query-editor', { hasText: 'query PageOf' }).waitFor();
  await page.locator('.graphiql-editor-tool', { hasText: '"size": 7' }).waitFor();
  expect(await titles()).toEqual(['Overview', 'PageOf', 'Another']);
  await page.getByRole('button', { name: 'Show History' }).click();
  await page.locator('.graphiql-history-item', { hasText: 'PageOf' }).waitFor();
});

test('what an earlier version has kept of keys is gone when the page is opened', async () => {
  await page.goto(`${server.url}/graphql`);
  await page.evaluate(
    ([key, mutation, query]) => {
      const keep = (name: string, value: unknown) => {
        localStorage.setItem(`llm-call-log:graphiql:${name}`, JSON.stringify(value));
      };
      const tab = { id: '1', title: 'Old', headers: null, operationName: null, response: null };
      const variables = JSON.stringify({ key });
      keep('query', mutation);
      keep('variables', { key });
      keep('tabState', {
        tabs: [
          { ...tab, query: mutation, variables: null },
          { ...tab, query, variables },
        ],
        activeTabIndex: 1,
      });
      keep('queries', { queries: [{ query: mutation }, { query, variables }] });
      keep('favorites', { favorites: [{ query: mutation, label: 'rotate', favorite: true }] });
    },
    [SECRET, literal(SECRET), PAGE_OF] as const,
  );
  expect(findSecrets([SECRET], await keptIn(page))).toHaveLength(5);
  await page.reload();
  await page.getByLabel('Access token').waitFor();
  expect(findSecrets([SECRET], await keptIn(page))).toEqual([]);
  await open();
  await page.locator('.graphiql-query-editor', { hasText: 'query PageOf' }).waitFor();
  expect(await titles()).toEqual(['Old']);
});

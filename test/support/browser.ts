import { afterAll, afterEach, beforeAll, beforeEach, expect } from '@jest/globals';
import { chromium, type Browser, type Page } from 'playwright-core';

/** A new page for each test. */
export interface Browsing {
  page: Page;
  /** What went wrong in it so far: the test fails with it afterwards. */
  wrong: string[];
}

/** The browser of the run, which all test files share; a test fails when the page logs an error, asks another host for anything, or a request of it fails. */
export function useBrowser(server: { url: string }): Browsing {
  let browser: Browser;
  const held = {} as Browsing;
  beforeAll(async () => {
    const answer = await fetch(process.env['TEST_BROWSER_URL'] ?? '');
    browser = await chromium.connect(await answer.text());
  });
  afterAll(() => browser.close());

  beforeEach(async () => {
    const wrong: string[] = [];
    const page = await (await browser.newContext()).newPage();
    // A page may take its time; the test's timeout is the limit.
    page.setDefaultTimeout(0);
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) wrong.push(message.text());
    });
    page.on('pageerror', (error) => wrong.push(String(error)));
    page.on('requestfailed', (request) => {
      // A page that is left gives up what it was loading.
      if (request.failure()?.errorText !== 'net::ERR_ABORTED') wrong.push(`${request.url()} failed`);
    });
    page.on('request', (request) => {
      const { protocol, origin } = new URL(request.url());
      if (protocol !== 'data:' && origin !== server.url) wrong.push(`${request.url()} is another host`);
    });
    Object.assign(held, { page, wrong });
  });
  afterEach(async () => {
    await held.page.context().close();
    expect(held.wrong).toEqual([]);
  });
  return held;
}

import { afterAll, afterEach, beforeAll, beforeEach, expect } from '@jest/globals';
import { chromium, type Browser, type Page } from 'playwright-core';
import { packagedChromium } from './packaged-chromium.js';

/** A new page for each test. */
export interface Browsing {
  page: Page;
  /** What went wrong in it so far: the test fails with it afterwards. */
  wrong: string[];
}

/** A real browser; a test fails when the page logs an error, asks another host for anything, or a request of it fails. */
export function useBrowser(server: { url: string }): Browsing {
  let browser: Browser;
  const held = {} as Browsing;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());

  beforeEach(async () => {
    const wrong: string[] = [];
    const page = await (await browser.newContext()).newPage();
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

/** The Chromium from npm where there is one for this machine, otherwise the Chrome installed on it. */
async function launchBrowser(): Promise<Browser> {
  const executablePath = await packagedChromium();
  return chromium.launch(executablePath === undefined ? { channel: 'chrome' } : { executablePath });
}

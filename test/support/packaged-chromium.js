import { access, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Unpacks the Chromium that comes from npm into the temporary folder, where it is not there yet. Two processes that do
 * so at once spoil it: the set-up does it before there are two.
 *
 * @returns {Promise<string | undefined>} where it is; nothing where npm has none for this machine
 */
export async function packagedChromium() {
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
  const isThere = await access(configuration).then(
    () => true,
    () => false,
  );
  if (isThere) return;
  const dir = `<dir>${join(folder, 'fonts')}</dir><cachedir>${join(folder, 'fonts-cache')}</cachedir>`;
  await writeFile(configuration, `<?xml version="1.0"?>\n<fontconfig>${dir}</fontconfig>\n`);
}

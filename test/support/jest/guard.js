import { spawn } from 'node:child_process';
import { fileURLToPath, URL } from 'node:url';

/**
 * Starts who clears up after this process, however that ends.
 *
 * @param {string} folder where all that the process and its tests write is
 * @returns the guardian; it does so at once when its standard input is closed
 */
export function guard(folder) {
  const script = fileURLToPath(new URL('guardian.js', import.meta.url));
  // Detached, as Ctrl-C in a terminal ends all of a group.
  const guardian = spawn(process.execPath, [script, folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  guardian.unref();
  guardian.stdin.unref();
  return guardian;
}

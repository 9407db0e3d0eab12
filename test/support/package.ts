import { execFile } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Packs the project as it is built.
 *
 * @param folder where the file goes
 * @returns its path
 */
export async function pack(folder: string): Promise<string> {
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
  const { stdout } = await run('npm', args, { maxBuffer: 10_000_000 });
  const [packed] = JSON.parse(stdout) as [{ filename: string }];
  return join(folder, packed.filename);
}

/** Unpacks a package beside it, and gives the folder. */
export async function unpack(tarball: string): Promise<string> {
  const parent = await mkdtemp(`${tarball}-`);
  await run('tar', ['-xzf', tarball, '-C', parent]);
  return join(parent, 'package');
}

import { access, chmod, link, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * The text of a file that only this user may read, made on first use. It is written aside and linked, so that it is
 * never half there, and is on the disk before anything can depend on it.
 */
export async function ensureSecretFile(path: string, make: () => string): Promise<string> {
  if (!(await exists(path))) {
    const fresh = `${path}.${process.pid}`;
    const file = await open(fresh, 'w', 0o600);
    await file.writeFile(`${make()}\n`);
    await file.sync();
    await file.close();
    await link(fresh, path).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    });
    await rm(fresh);
    await syncFolder(dirname(path));
  }
  await chmod(path, 0o600);
  return (await readFile(path, 'utf8')).trim();
}

export function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** A new name is in its folder, which is to be on the disk as well; not every system can open a folder. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path).catch(() => undefined);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}

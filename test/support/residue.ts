import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Client } from 'pg';

/** Where something was found: the name of the place, and which of the secrets. */
export type Residue = [place: string, secret: string];

/** Which of the secrets are in which of the texts, each a place by its name. */
export function findSecrets(
  secrets: readonly string[],
  places: Iterable<[string, string | Buffer]>,
): Residue[] {
  return [...places].flatMap(([place, text]) =>
    secrets.filter((secret) => text.includes(secret)).map((secret): Residue => [place, secret]),
  );
}

/** The contents of every file below a folder, by their paths in it. */
export async function readFiles(folder: string, except: readonly string[]): Promise<[string, Buffer][]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !except.includes(relative(folder, path)));
  return Promise.all(
    paths.map(async (path): Promise<[string, Buffer]> => [relative(folder, path), await readFile(path)]),
  );
}

/** Looks at what the sessions of a PostgreSQL run, again and again; the function given back ends that and tells. */
export function watchActivity(client: Client): () => Promise<string[]> {
  const seen = new Set<string>();
  let watching = true;
  const look = async () => {
    while (watching) {
      const { rows } = await client.query<{ query: string }>(
        'SELECT query FROM pg_stat_activity WHERE pid <> pg_backend_pid()',
      );
      for (const { query } of rows) seen.add(query);
    }
  };
  const looking = look();
  return async () => {
    watching = false;
    await looking;
    await client.end();
    return [...seen];
  };
}

import { expect, test } from '@jest/globals';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateKeyEncryptionKey } from '../../src/keys/key-encryption-keys.js';
import { useDataFolders } from '../support/data-folders.js';
import { runCli } from '../support/processes.js';

const { migratedFolder } = useDataFolders();

const KEY = 'sk-embedded-key-0001';
const ROTATE = `mutation { rotateApiKey(input: { newApiKey: "${KEY}" }) { __typename } }`;

async function serving<T>(
  environment: Record<string, string>,
  use: (server: ReturnType<typeof runCli>) => Promise<T>,
): Promise<T> {
  const server = runCli(['start'], environment);
  const result = await use(server);
  server.signal('SIGTERM');
  await server.ended;
  return result;
}

test('the embedded database has a key-encryption key of its own, in a file for this user alone', async () => {
  const DATA_DIR = await migratedFolder();
  const path = join(DATA_DIR, 'key-encryption-keys');
  await serving({ DATA_DIR }, async (server) => {
    expect((await server.send(ROTATE)).errors).toBeUndefined();
  });
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  const made = await readFile(path, 'utf8');
  expect(made).toMatch(/^k\d{8}-[0-9a-f]{6}:[\w+/]{43}=\n$/);

  const read = (server: ReturnType<typeof runCli>) => server.send('{ openAIApiKey }');
  expect((await serving({ DATA_DIR }, read)).data).toEqual({ openAIApiKey: KEY });
  expect(await readFile(path, 'utf8')).toBe(made);

  // Moving on to the variable: the file still opens what it sealed, until everything is encrypted anew.
  const KEY_ENCRYPTION_KEYS = generateKeyEncryptionKey();
  expect((await serving({ DATA_DIR, KEY_ENCRYPTION_KEYS }, read)).data).toEqual({ openAIApiKey: KEY });
  const cli = runCli(['keys', 'reencrypt'], { DATA_DIR, KEY_ENCRYPTION_KEYS });
  expect(await cli.ended).toMatchObject({ code: 0 });
  expect(cli.stdout()).toContain('1 re-encrypted');
  await writeFile(path, generateKeyEncryptionKey());
  expect((await serving({ DATA_DIR, KEY_ENCRYPTION_KEYS }, read)).data).toEqual({ openAIApiKey: KEY });

  await writeFile(path, 'k1:c29tZXRoaW5nIGVsc2U=');
  const refused = runCli(['start'], { DATA_DIR });
  expect(await refused.ended).toMatchObject({ code: 1 });
  expect(refused.stderr()).toBe(
    `${path} does not hold key-encryption keys: entry 1 has no base64 of 32 bytes behind its colon. Put that file back from a backup; without it, stored provider keys cannot be read.\n`,
  );
});

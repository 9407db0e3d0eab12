import { expect, test } from '@jest/globals';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { useDataFolders } from '../support/data-folders.js';
import { runCli, type Running } from '../support/processes.js';

const { migratedFolder } = useDataFolders();

const KEY = 'sk-embedded-key-0001';
const ROTATE = `mutation { rotateApiKey(input: { newApiKey: "${KEY}" }) { __typename } }`;
const RECORD = 'mutation { recordProxyCallLog(input: { requestMessages: ["hi"], status: SUCCESS }) { id } }';

const PROBLEM =
  /The stored provider key cannot be read: it is encrypted with the key-encryption key (k[\w-]+), which this server does not have\. Add that to KEY_ENCRYPTION_KEYS and restart\. Or rotate/;

/** What a server writes from its start to its end. */
async function written(
  environment: Record<string, string>,
  use: (server: Running) => Promise<void>,
): Promise<string[]> {
  const server = runCli(['start'], environment);
  await server.ready();
  await use(server);
  server.signal('SIGTERM');
  expect(await server.ended).toEqual({ code: 0, signal: null });
  expect(server.stderr()).toBe('');
  return server.stdout().trim().split('\n');
}

test('a server that cannot read the stored provider key says so at its start, with what to set, and serves the rest', async () => {
  const DATA_DIR = await migratedFolder();
  const rotated = await written({ DATA_DIR }, async (server) => {
    expect((await server.send(ROTATE)).errors).toBeUndefined();
  });
  const readable = await written({ DATA_DIR }, async (server) => {
    expect((await server.send('{ openAIApiKey }')).data).toEqual({ openAIApiKey: KEY });
  });
  expect([...rotated, ...readable].join('\n')).not.toMatch(/warn|cannot be read/i);

  await rm(join(DATA_DIR, 'key-encryption-keys'));
  const lines = await written({ DATA_DIR }, async (server) => {
    expect((await server.send('{ openAIApiKey }')).errors).toMatchObject([
      { extensions: { code: 'API_KEY_UNREADABLE' } },
    ]);
    expect((await server.send(RECORD)).errors).toBeUndefined();
    expect((await server.send('{ callLogs { totalCount } }')).data.callLogs.totalCount).toBe(1);
  });
  const [logged = '{}', ...more] = lines.filter((line) => line.startsWith('{'));
  const { level, msg, keyEncryptionKeyId } = JSON.parse(logged) as Record<string, unknown>;
  expect({ level, msg }).toEqual({ level: 40, msg: expect.stringMatching(PROBLEM) });
  expect(msg).toContain(keyEncryptionKeyId);
  expect(more).toEqual([]);
  expect(lines).toContainEqual(
    expect.stringMatching(new RegExp(`^Warning: ${PROBLEM.source}.* Everything else works meanwhile\\.$`)),
  );

  const silent = await written({ DATA_DIR, LOG_LEVEL: 'silent' }, () => Promise.resolve());
  expect(silent.filter((line) => PROBLEM.test(line))).toHaveLength(1);
});

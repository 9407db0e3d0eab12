import { expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connectTo, useDataFolders } from '../support/data-folders.js';
import { runCli } from '../support/processes.js';
import { useProvider } from '../support/provider.js';
import { findSecrets, readFiles, watchActivity } from '../support/residue.js';
import { bearer, TEST_TOKEN } from '../support/token.js';
import { misplaced } from './misplaced.js';
import { ROTATE } from './rotation-server.js';

const { migratedFolder } = useDataFolders();
const provider = useProvider();

/** In every key of this test, and as letters and digits come in real ones. */
const SECRET = 'R3s1dueMark3r7Q2w9ZpL4x';
/** What of the run must not be found anywhere. */
const SECRETS = [SECRET, TEST_TOKEN];
/** Stands where it may, so that a search that finds nothing has looked. */
const HARMLESS = 'harmless-marker';

const key = (number: number) => `sk-proj-${SECRET}-${String(number).padStart(4, '0')}`;

test('a run leaves no key and no token behind: not in logs, answers, the audit trail, sessions, nor any file of the database', async () => {
  const dataDir = await migratedFolder();
  const server = runCli(['start'], {
    DATA_DIR: dataDir,
    LOG_LEVEL: 'trace',
    PROVIDER_BASE_URL: provider.url,
  });
  const url = `${await server.ready()}/graphql`;
  const database = await connectTo(dataDir);
  // Signs the tests in.
  await server.send('{ viewer { name } }');
  const activity = watchActivity(await connectTo(dataDir));
  const answers: [string, string][] = [];

  async function send(name: string, path: string, options: RequestInit = {}): Promise<string> {
    const response = await fetch(`${url}${path}`, options);
    const body = await response.text();
    const headers: string[] = [];
    response.headers.forEach((value, header) => headers.push(`${header}: ${value}`));
    answers.push([name, [...headers, body].join('\n')]);
    return body;
  }
  const post = (name: string, body: unknown, type = 'application/json') =>
    send(name, '', {
      method: 'POST',
      headers: { 'content-type': type, ...bearer() },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const rotate = (name: string, input: Record<string, unknown>) =>
    post(name, { query: ROTATE, variables: { input: { reason: HARMLESS, ...input } } });
  const answerWith = (status: number) => {
    provider.answer = ({ headers }, response) =>
      response
        .writeHead(status, { location: '/' })
        .end(`Incorrect API key provided: ${headers.authorization}`);
  };

  // Rotations, good ones and refused ones.
  for (const number of [1, 2, 3])
    expect(await rotate('a rotation', { newApiKey: key(number) })).toContain('Rotated');
  expect(await rotate('the same', { newApiKey: key(3) })).toContain('Rotated');
  expect(await rotate('a stale one', { newApiKey: key(4), expectedFingerprint: key(3) })).toContain('Stale');
  for (const status of [401, 302, 500]) {
    answerWith(status);
    await rotate(`one that the provider answers with ${status}`, { newApiKey: key(5) });
  }
  provider.answer = ({ socket }) => socket.destroy();
  expect(await rotate('one with no answer', { newApiKey: key(5) })).toContain('PROVIDER_UNAVAILABLE');
  for (const newApiKey of [
    `${key(6)}\n`,
    ` ${key(6)}`,
    `${key(6)}\0`,
    `${key(6)}…`,
    key(6).repeat(200),
    [key(6)],
    { key: key(6) },
  ])
    expect(await rotate('one of what is no key', { newApiKey })).toContain('BAD_USER_INPUT');
  await database.query(`ALTER TABLE llm_configs ADD CONSTRAINT no_keys CHECK (api_key = '') NOT VALID`);
  expect(await rotate('one that the database refuses', { newApiKey: key(7), verify: false })).toContain(
    'INTERNAL',
  );
  await database.query('ALTER TABLE llm_configs DROP CONSTRAINT no_keys');

  // The key where it does not belong.
  for (const [place, request] of [key(3), TEST_TOKEN].flatMap(misplaced)) {
    await post(`the key as ${place}`, request);
    const parameters = new URLSearchParams(
      Object.entries(request).map(([name, value]) => [
        name,
        typeof value === 'string' ? value : JSON.stringify(value),
      ]),
    );
    await send(`the key as ${place}, in a URL`, `?${parameters}`, {
      headers: { 'apollo-require-preflight': '1', ...bearer() },
    });
  }
  await send('the key as a parameter', `?key=${key(3)}&${key(3)}`, { headers: bearer() });
  await send('a token as a parameter', `?token=${TEST_TOKEN}`);
  for (const secret of [key(3), TEST_TOKEN]) {
    for (const path of [`/${secret}`, `/assets/${secret}`, `/../${secret}?${secret}`, `/../%zz${secret}`])
      await send('a secret as an address', path, { headers: bearer() });
  }
  await send('half a token', '', { headers: bearer(TEST_TOKEN.slice(0, -1)) });
  await send('the key as a header', '', {
    headers: { ...bearer(key(3)), 'x-api-key': key(3) },
  });
  await post('a body that is no JSON', `{"query": ${key(3)}`);
  await post('a body that is the key', key(3));
  await post('a text', key(3), 'text/plain');
  await post('a form', `query=${key(3)}`, 'application/x-www-form-urlencoded');
  await post('a list', [{ query: key(3) }]);
  await post('a type', '{}', `application/${SECRET}`);

  // The key where it does belong, for comparison.
  const served = await server.send('{ openAIApiKey }');
  expect(served.data).toEqual({ openAIApiKey: key(3) });
  const { rows: rotations } = await database.query('SELECT * FROM llm_key_rotations');
  expect(rotations).toHaveLength(3);

  const statements = await activity();
  expect(statements.length).toBeGreaterThan(5);
  await database.end();
  server.signal('SIGTERM');
  expect((await server.ended).code).toBe(0);
  const files = await readFiles(dataDir, ['key-encryption-keys']);

  const everything: [string, string | Buffer][] = [
    ...answers,
    ['stdout', server.stdout()],
    ['stderr', server.stderr()],
    ['the audit trail', JSON.stringify(rotations)],
    ...statements.map((statement): [string, string] => ['pg_stat_activity', statement]),
    ...files,
  ];
  const [, keyEncryptionKey = ''] = (await readFile(join(dataDir, 'key-encryption-keys'), 'utf8'))
    .trim()
    .split(':');
  expect(findSecrets([...SECRETS, keyEncryptionKey], everything)).toEqual([]);
  // The search finds what is there: in a log line for each request, in the audit trail, in the heap and in the WAL.
  const found = findSecrets([HARMLESS], everything).map(([place]) => place);
  expect(found).toContain('the audit trail');
  expect(found.some((place) => place.startsWith('postgres/base/'))).toBe(true);
  expect(found.some((place) => place.startsWith('postgres/pg_wal/'))).toBe(true);
  expect(server.stdout().split('\n').length).toBeGreaterThan(2 * answers.length);
});

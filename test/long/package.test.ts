import { expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdir, symlink } from 'node:fs/promises';
import { basename, delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { isAlive } from '../support/alive.js';
import { postgresOf, useDataFolders } from '../support/data-folders.js';
import { eventually } from '../support/eventually.js';
import { pack } from '../support/package.js';
import { post } from '../support/post.js';
import { run } from '../support/processes.js';

const { freshFolder } = useDataFolders();

/** The PATH of whoever is not in an npm script, so that npx starts on the machine's own Node. */
const PATH = (process.env['PATH'] ?? '')
  .split(delimiter)
  .filter((folder) => !folder.includes('node_modules'))
  .join(delimiter);

test('npx serves from the packed file in an empty folder, and leaves nothing behind when told to stop', async () => {
  const empty = dirname(await freshFolder());
  const tarball = await pack(empty);
  const npx = run(
    ['npx', '--yes', `./${basename(tarball)}`, 'start'],
    { PATH, npm_config_cache: await ownCache() },
    empty,
  );
  const url = await npx.ready();
  await eventually(async () => (await fetch(`${url}/readyz`)).status === 200);

  const token = await eventually(() => /#token=(\S+)/.exec(npx.stdout())?.[1]);
  const { data } = await post(url, '{ viewer { name } callLogs { totalCount } }', {}, token);
  expect(data).toEqual({ viewer: { name: 'admin' }, callLogs: { totalCount: 0 } });
  expect((await fetch(`${url}/graphql`, { headers: { accept: 'text/html' } })).status).toBe(200);

  const postgres = await postgresOf(join(empty, 'data'));
  npx.signal('SIGTERM');
  await npx.ended;
  await eventually(() => !isAlive(postgres ?? 0));
  await eventually(() => !isAlive(-npx.pid));
}, 600_000);

/** Where npx installs anew, and nothing has to be downloaded that npm has already. */
async function ownCache(): Promise<string> {
  const { stdout } = await promisify(execFile)('npm', ['config', 'get', 'cache']);
  const cache = await freshFolder('npm-cache');
  await mkdir(cache);
  await symlink(join(stdout.trim(), '_cacache'), join(cache, '_cacache'));
  return cache;
}

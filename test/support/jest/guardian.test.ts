import { expect, test } from '@jest/globals';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isAlive } from '../alive.js';
import { postgresOf, useDataFolders } from '../data-folders.js';
import { eventually } from '../eventually.js';
import { run, runCli } from '../processes.js';

const { preparedFolder } = useDataFolders();

test('when jest is killed, what its tests started ends, and the folder of the run goes', async () => {
  const dataDir = await preparedFolder();
  const folder = dirname(dataDir);
  const script = `
    import { guard } from '${import.meta.resolve('./guard.js')}';
    guard('${folder}');
    setInterval(() => process.stdout.write('guarded'), 10);`;
  const jest = run([process.execPath, '--input-type=module', '--eval', script], {});
  await eventually(() => jest.stdout());
  const server = runCli(['start'], { DATA_DIR: dataDir });
  await mkdir(join(folder, 'programs'));
  await writeFile(join(folder, 'programs', String(server.pid)), '');
  await server.ready();
  const postgres = await postgresOf(dataDir);

  jest.signal('SIGKILL');
  expect(await server.ended).toEqual({ code: null, signal: 'SIGKILL' });
  await eventually(() =>
    stat(folder).then(
      () => undefined,
      () => true,
    ),
  );
  await eventually(() => !isAlive(postgres!));
});

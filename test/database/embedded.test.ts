import { beforeAll, describe, expect, test } from '@jest/globals';
import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { prepareDataFolder } from '../../src/database/data-folder.js';
import { startPostgres, stopPostgres } from '../../src/database/postgres-process.js';
import { killPostgres, postgresOf, useDataFolders } from '../support/data-folders.js';
import { eventually } from '../support/eventually.js';
import { runCli, type Running } from '../support/processes.js';

const { freshFolder, preparedFolder, migratedFolder } = useDataFolders();

const COUNT = '{ callLogs { totalCount } }';

async function stop(server: Running): Promise<void> {
  server.signal('SIGTERM');
  expect(await server.ended).toEqual({ code: 0, signal: null });
}

test('a data folder may have blanks, letters of any script and all quotes in its name', async () => {
  const dataDir = await freshFolder(`with spaces, données-数据, we"ird '$HOME' \`x\``);
  const server = runCli(['start'], { DATA_DIR: dataDir });
  expect((await server.send(COUNT)).data.callLogs.totalCount).toBe(0);
  await stop(server);
  expect(await postgresOf(dataDir)).toBeUndefined();
});

describe('a data folder that cannot be used is refused in a sentence:', () => {
  test('a file', async () => {
    const dataDir = await freshFolder('a-file');
    await writeFile(dataDir, '');
    const server = runCli(['start'], { DATA_DIR: dataDir });
    expect(await server.ended).toEqual({ code: 1, signal: null });
    expect(server.stderr()).toBe(
      `The data folder ${dataDir} cannot be used: it is not a folder. Mend that, or set DATA_DIR to another folder.\n`,
    );
  });

  test('one that may not be written', async () => {
    const parent = await freshFolder('locked');
    await mkdir(parent);
    await chmod(parent, 0o500);
    // Root may write everywhere but into the kernel's own folders.
    const dataDir = process.getuid?.() === 0 ? '/sys/llm-call-log' : join(parent, 'data');
    const server = runCli(['start'], { DATA_DIR: dataDir });
    expect(await server.ended).toEqual({ code: 1, signal: null });
    expect(server.stderr()).toMatch(/^The data folder \S+ cannot be used: .*\n$/);
  });

  test('one whose password file was replaced', async () => {
    const dataDir = await preparedFolder();
    await writeFile(join(dataDir, 'postgres-password'), 'another\n');
    const server = runCli(['start'], { DATA_DIR: dataDir });
    expect(await server.ended).toEqual({ code: 1, signal: null });
    expect(server.stderr()).toContain(
      'does not hold the password that the embedded PostgreSQL was made with',
    );
  });
});

test('the lock file of a PostgreSQL that is gone does not keep the next from starting, whoever has its number now', async () => {
  const dataDir = await migratedFolder();
  const folder = await prepareDataFolder(dataDir);
  const pidFile = join(folder.cluster, 'postmaster.pid');
  await startPostgres(folder);
  const lines = (await readFile(pidFile, 'utf8')).split('\n');
  await stopPostgres(folder);
  await writeFile(pidFile, [String(process.pid), ...lines.slice(1)].join('\n'));
  const server = runCli(['start'], { DATA_DIR: dataDir });
  expect((await server.send(COUNT)).data.callLogs.totalCount).toBe(0);
  await stop(server);
});

describe('beside a server', () => {
  let dataDir: string;
  let server: Running;

  beforeAll(async () => {
    dataDir = await migratedFolder();
    server = runCli(['start'], { DATA_DIR: dataDir });
    await server.ready();
  });

  test('a command works and leaves the database to it, by whatever path it names the folder', async () => {
    const alias = join(dirname(dataDir), 'alias');
    await symlink(dataDir, alias);
    const command = runCli(['migrate'], { DATA_DIR: alias });
    expect(await command.ended).toEqual({ code: 0, signal: null });
    expect(command.stdout()).toBe('The database is up to date.\n');
    expect((await server.send(COUNT)).data.callLogs.totalCount).toBe(0);
  });

  test('a database that is killed comes back by itself, and the log says so; there is no second server', async () => {
    const url = await server.ready();
    await killPostgres(dataDir);
    await eventually(async () => (await server.send(COUNT)).data?.callLogs.totalCount === 0);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    await eventually(() => server.stdout().includes('is back'));
    // Besides where to open it, and how to be signed in.
    const lines = server.stdout().trim().split('\n').slice(2);
    const said = lines.map((line) => (JSON.parse(line) as { msg: string }).msg);
    // Every five seconds changes are rolled up, be the database there or not, and what requests meet is told once.
    const others = /^(usage could not be rolled up|The database )/;
    expect(said.filter((message) => !others.test(message))).toEqual([
      'The embedded PostgreSQL went away; it is being brought up again.',
      'The embedded PostgreSQL is back.',
    ]);

    const second = runCli(['start'], { DATA_DIR: dataDir });
    expect((await second.ended).code).toBe(1);
    await stop(server);
    expect(await postgresOf(dataDir)).toBeUndefined();
  });
});

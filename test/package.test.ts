import { beforeAll, expect, test } from '@jest/globals';
import { globSync } from 'node:fs';
import { mkdir, readFile, symlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { isAlive } from './support/alive.js';
import { postgresOf, useDataFolders } from './support/data-folders.js';
import { eventually } from './support/eventually.js';
import { pack, unpack } from './support/package.js';
import { run } from './support/processes.js';

const { freshFolder } = useDataFolders();

/** An empty folder, whose data folder is ended and removed afterwards. */
async function emptyFolder(): Promise<string> {
  return dirname(await freshFolder());
}

let folder: string;
let files: string[];

beforeAll(async () => {
  folder = await unpack(await pack(await emptyFolder()));
  files = globSync('**/*.*', { cwd: folder });
  // What npm would install: the checkout has the same.
  await symlink(resolve('node_modules'), join(folder, 'node_modules'));
});

const BIN = 'dist/src/bin.js';

test('holds what runs, with GraphiQL, and what a reader needs; no tests, no sources, no maps', () => {
  expect(files).toEqual(
    expect.arrayContaining([
      ...[BIN, 'dist/src/main.js', 'dist/migrations/001_init_schema.js', 'dist/graphiql/index.html'],
      ...['README.md', 'CHANGELOG.md', 'docs/operations.md', 'docs/graphiql.png', 'schema.graphql'],
    ]),
  );
  const unwanted = files.filter((file) => /(^|\/)test\/|\.tsx?$|\.map$|tsbuildinfo/.test(file));
  expect(unwanted).toEqual([]);
});

test('depends at run time on every package that its code imports', async () => {
  const { dependencies } = JSON.parse(await readFile('package.json', 'utf8')) as {
    dependencies: Record<string, string>;
  };
  const imported = new Set<string>();
  for (const file of files.filter((file) => /^dist\/(src|migrations)\/.*\.js$/.test(file))) {
    const code = await readFile(join(folder, file), 'utf8');
    for (const [, name = ''] of code.matchAll(
      /(?:^import |^\} from |\bfrom |\bimport\()'(@?[a-z][^']*)'/gm,
    )) {
      const [scope = '', rest] = name.split('/');
      if (!name.startsWith('node:')) imported.add(scope.startsWith('@') ? `${scope}/${rest}` : scope);
    }
  }
  expect(Object.keys(dependencies)).toEqual(expect.arrayContaining([...imported]));
});

test('its program serves in an empty folder, from a database in ./data', async () => {
  const empty = await emptyFolder();
  const server = run([process.execPath, join(folder, BIN), 'start'], {}, empty);
  const url = await server.ready();
  expect((await fetch(`${url}/livez`)).status).toBe(200);
  expect(await postgresOf(join(empty, 'data'))).toBeDefined();

  server.signal('SIGTERM');
  expect(await server.ended).toEqual({ code: 0, signal: null });
  expect(server.stderr()).toBe('');
  expect(await postgresOf(join(empty, 'data'))).toBeUndefined();
});

test('its program ends its server when the shell in which npx runs it ends', async () => {
  const empty = await emptyFolder();
  const command = `"${process.execPath}" "${join(folder, BIN)}" start; true`;
  const shell = run(['sh', '-c', command], { npm_command: 'exec' }, empty);
  await shell.ready();
  const postgres = await postgresOf(join(empty, 'data'));
  shell.signal('SIGTERM');
  await shell.ended;
  expect(await postgresOf(join(empty, 'data'))).toBeUndefined();
  await eventually(() => !isAlive(postgres ?? 0));
  await eventually(() => !isAlive(-shell.pid));
});

test('its program ends with the exit code of the command', async () => {
  const other = join(await emptyFolder(), 'cwd');
  await mkdir(other);
  for (const environment of [{}, { npm_command: 'exec' }]) {
    const program = run(
      [process.execPath, join(folder, BIN), 'start'],
      { PORT: 'none', ...environment },
      other,
    );
    expect(await program.ended).toEqual({ code: 1, signal: null });
    expect(program.stderr()).toContain('PORT');
  }
});

import { afterAll, describe, expect, test } from '@jest/globals';
import { cruise, type ICruiseOptions, type ICruiseResult, type IForbiddenRuleType } from 'dependency-cruiser';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

type Floors = string[][];

interface Rules {
  FLOORS: Floors;
  FLOORS_WITHIN: Floors[];
  KEPT_TO: { room: string; importers: string[] }[];
  APART: string[];
  default: { forbidden: IForbiddenRuleType[]; options: ICruiseOptions };
}

const PROJECT = fileURLToPath(new URL('..', import.meta.url));

const rules = (await import(join(PROJECT, '.dependency-cruiser.js'))) as Rules;
const { FLOORS, FLOORS_WITHIN, KEPT_TO, APART } = rules;

const placed = [...FLOORS.flat(), ...APART];

const parents: string[] = [];
afterAll(async () => {
  for (const parent of parents) await rm(parent, { recursive: true, force: true });
});

async function cruised(baseDir: string, files: string[], options: ICruiseOptions): Promise<ICruiseResult> {
  const { output } = await cruise(files, { ...rules.default.options, baseDir, ...options });
  if (typeof output === 'string') throw new Error('A cruise without a reporter gives an object.');
  return output;
}

/** What the rules say of a project of these files: `<rule>: <from> -> <to>`. */
async function findings(files: Record<string, string>): Promise<string[]> {
  const parent = await mkdtemp(join(tmpdir(), 'llm-call-log-test-'));
  parents.push(parent);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(parent, dirname(path)), { recursive: true });
    await writeFile(join(parent, path), text);
  }
  const { forbidden } = rules.default;
  const { summary } = await cruised(parent, Object.keys(files), { validate: true, ruleSet: { forbidden } });
  return summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`);
}

const fileIn = (room: string) => (room.endsWith('.ts') ? room : `${room}/planted.ts`);

/** Imports of types alone, which the compiler takes out. */
function importing(from: string, others: string[]): string {
  const paths = others.map((other) => relative(dirname(from), other).replace(/\.ts$/, '.js'));
  const lines = paths.map((path, index) => {
    const specifier = path.startsWith('.') ? path : `./${path}`;
    return `import type { Planted as Planted${index} } from '${specifier}';`;
  });
  const names = others.map((_, index) => `Planted${index}`);
  return [...lines, `export type Planted = ${names.join(' | ') || 'string'};`, ''].join('\n');
}

/** Every import, from and to, that a floor does not allow: of a room above, or of the same floor. */
function upward(floors: Floors): [string, string][] {
  return floors.flatMap((floor, index) =>
    floor.flatMap((from) =>
      floors
        .slice(0, index + 1)
        .flat()
        .filter((to) => to !== from)
        .map((to): [string, string] => [from, to]),
    ),
  );
}

describe('The floors', () => {
  test('have a place for every file and folder of src', async () => {
    const entries = await readdir(join(PROJECT, 'src'));
    expect([...placed].sort()).toEqual([...entries.map((entry) => `src/${entry}`), 'migrations'].sort());
  });

  test('have a place for every folder within a folder', async () => {
    const entries = await readdir(join(PROJECT, 'src'), { recursive: true, withFileTypes: true });
    const folders = entries
      .filter((entry) => entry.isDirectory())
      .map((entry) => relative(PROJECT, join(entry.parentPath, entry.name)));
    const nested = folders.filter((folder) => !placed.includes(folder));
    expect(nested.length).toBeGreaterThan(5);
    const within = FLOORS_WITHIN.flat(2);
    expect(nested.filter((folder) => !within.includes(folder))).toEqual([]);
  });

  test('name nothing that is not there', () => {
    const named = [
      ...FLOORS_WITHIN.flat(2),
      ...KEPT_TO.flatMap(({ room, importers }) => [room, ...importers]),
    ];
    expect([...placed, ...named].filter((path) => !existsSync(join(PROJECT, path)))).toEqual([]);
  });

  test('permit no import that nobody makes', async () => {
    const unused: string[] = [];
    for (const { room, importers } of KEPT_TO) {
      for (const importer of importers) {
        const { modules } = await cruised(PROJECT, [importer], { maxDepth: 1 });
        const imports = modules.some(({ source }) => `${source}/`.startsWith(`${room}/`));
        if (!imports) unused.push(`${importer} -> ${room}`);
      }
    }
    expect(unused).toEqual([]);
  });
});

describe('Lint', () => {
  test.each([FLOORS, ...FLOORS_WITHIN].map((floors) => ({ floors, top: floors[0]?.join(' and ') })))(
    'finds each import of a type that runs up, and no other, below $top',
    async ({ floors }) => {
      const rooms = floors.flat();
      const files = rooms.map((from): [string, string] => {
        const others = rooms.filter((other) => other !== from).map(fileIn);
        return [fileIn(from), importing(fileIn(from), others)];
      });
      const found = await findings(Object.fromEntries(files));
      const expected = upward(floors).map(
        ([from, to]) => `imports-run-down: ${fileIn(from)} -> ${fileIn(to)}`,
      );
      expect(expected.length).toBeGreaterThan(0);
      expect(found.filter((one) => one.startsWith('imports-run-down')).sort()).toEqual(expected.sort());
    },
  );

  test('finds a circle of types', async () => {
    const [one, other] = ['src/usage/one.ts', 'src/usage/other.ts'];
    const found = await findings({ [one]: importing(one, [other]), [other]: importing(other, [one]) });
    expect(found).toEqual([`no-circle: ${one} -> ${other}`]);
  });

  test.each([
    ['kept-to-few', 'src/http/planted.ts', 'src/consistency/planted.ts'],
    ['kept-to-few', 'src/server.ts', 'src/consistency/trace/planted.ts'],
    ['kept-to-few', 'src/bin.ts', 'src/config.ts'],
    ['resolvers-are-for-the-schema', 'src/usage/planted.ts', 'src/groups/group-resolver.ts'],
    ['resolvers-are-for-the-schema', 'src/groups/planted.ts', 'src/groups/group-resolver.ts'],
    ['stands-apart', 'src/graphiql/planted.ts', 'src/operator-error.ts'],
    ['stands-apart', 'src/http/planted.ts', 'src/graphiql/planted.ts'],
    ['no-test-in-the-product', 'src/main.ts', 'test/support/planted.ts'],
  ])('finds by %s that %s imports %s', async (rule, from, to) => {
    const found = await findings({ [from]: importing(from, [to]), [to]: importing(to, []) });
    expect(found).toEqual([`${rule}: ${from} -> ${to}`]);
  });

  test('lets a test import what it likes', async () => {
    const from = 'test/planted.test.ts';
    const others = ['src/consistency/trace/planted.ts', 'src/config.ts', 'src/keys/key-resolver.ts'];
    const files = others.map((other) => [other, importing(other, [])]);
    expect(await findings({ [from]: importing(from, others), ...Object.fromEntries(files) })).toEqual([]);
  });
});

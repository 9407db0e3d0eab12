import { describe, expect, test } from '@jest/globals';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { VARIABLES } from '../../src/config.js';
import { ERROR_CODES } from '../../src/graphql/errors.js';

test('the table of configuration.md has every environment variable', () => {
  expect(firstColumn('docs/configuration.md').sort()).toEqual([...VARIABLES].sort());
});

test('the table of errors.md has every error code', () => {
  expect(firstColumn('docs/errors.md').sort()).toEqual([...ERROR_CODES].sort());
});

test('README names only variables that there are, and has at most 250 lines', () => {
  const readme = readFileSync('README.md', 'utf8');
  const [, settings = ''] = readme.split('## Settings\n');
  const named = [...settings.matchAll(/^\|.*?\|/gm)].flatMap(([cell]) => [...cell.matchAll(/`(\w+)`/g)]);
  expect(named.length).toBeGreaterThan(5);
  for (const [, name] of named) expect(VARIABLES).toContain(name);
  expect(readme.split('\n').length).toBeLessThanOrEqual(250);
});

test('package.json, its lock file and the changelog tell the same version', () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { version: string };
  const [, newest] = /^## \[([\d.]+)\]/m.exec(readFileSync('CHANGELOG.md', 'utf8')) ?? [];
  expect([lock.version, newest]).toEqual([version, version]);
});

describe.each([...globSync('*.md'), ...globSync('docs/*.md')])('%s', (page) => {
  const text = readFileSync(page, 'utf8');

  test('links to files and headings that there are', () => {
    for (const [, link = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(link)) continue;
      const [file = '', heading] = link.split('#');
      const target = file === '' ? page : join(dirname(page), file);
      expect({ link, exists: existsSync(target) }).toEqual({ link, exists: true });
      if (heading !== undefined) expect(headingsOf(target)).toContain(heading);
    }
  });

  test('names only files that there are', () => {
    for (const [, file = ''] of text.matchAll(/`((?:src|test|migrations|docs|\.github|\.ci)\/[\w./-]*)`/g)) {
      if (!file.includes('NNN')) expect({ file, exists: existsSync(file) }).toEqual({ file, exists: true });
    }
  });

  test('names only npm scripts that there are', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: object };
    for (const [, script] of text.matchAll(/npm run (?:-s |--silent )?([\w:-]+)/g)) {
      expect(Object.keys(scripts)).toContain(script);
    }
  });
});

function firstColumn(page: string): string[] {
  return [...readFileSync(page, 'utf8').matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name!);
}

/** As GitHub makes them into anchors. */
function headingsOf(page: string): string[] {
  return [...readFileSync(page, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );
}

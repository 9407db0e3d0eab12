import { expect, test } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

const text = readFileSync('ARCHITECTURE.md', 'utf8');

test('every file and folder that ARCHITECTURE.md names exists', () => {
  const named = [...text.matchAll(/`((?:src|test|migrations)\/[\w./-]*)`|\]\(([\w./-]+)\)/g)].map(
    ([, path, link]) => path ?? link ?? '',
  );
  expect(named.length).toBeGreaterThan(50);
  expect(named.filter((path) => !existsSync(path))).toEqual([]);
});

test('every folder of src has its floor in ARCHITECTURE.md', () => {
  const folders = readdirSync('src', { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(folders.map(({ name }) => `\`src/${name}/\``).filter((name) => !text.includes(name))).toEqual([]);
});

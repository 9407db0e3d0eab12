import { globSync, readFileSync } from 'node:fs';

/** The GraphQL documents that a page shows, in its order. */
export function queriesOf(file: string): string[] {
  return [...readFileSync(file, 'utf8').matchAll(/```graphql\n(.*?)```/gs)].map(([, query]) => query!);
}

/** Those of the README, which build on each other, and those of every page of docs/. */
export function documentedQueries(): string[] {
  return ['README.md', ...globSync('docs/*.md').sort()].flatMap(queriesOf);
}

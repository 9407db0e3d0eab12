import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { VARIABLES } from '../src/config.js';
import { ERROR_CODES } from '../src/graphql/errors.js';
import { useTestServer } from './support/server.js';

const readme = readFileSync('README.md', 'utf8');
const server = useTestServer();

describe('the tour of the README', () => {
  const queries = [...readme.matchAll(/```graphql\n(.*?)```/gs)].map(([, query]) => query!);

  test('has queries', () => {
    expect(queries.length).toBeGreaterThan(5);
  });

  test.each(queries.map((query) => [nameOf(query), query]))(
    '%s is answered without errors',
    async (_, query) => {
      const { data, errors } = await server.send(query);
      expect(errors).toBeUndefined();
      expect(Object.values(data as Record<string, unknown>)).not.toContain(null);
    },
  );

  test('records a call that its queries find', async () => {
    const { callLogs } = await server.query(
      '{ callLogs(filter: { text: "PARCEL" }) { nodes { tokensUsed } } }',
    );
    expect(callLogs.nodes).toEqual([{ tokensUsed: 20 }]);
  });
});

test('the configuration table has every environment variable', () => {
  expect(firstColumn('Configuration').sort()).toEqual([...VARIABLES].sort());
});

test('the table of error codes has every code', () => {
  expect(firstColumn('Error codes').sort()).toEqual([...ERROR_CODES].sort());
});

function firstColumn(section: string): string[] {
  const [, text = ''] = readme.split(`## ${section}\n`);
  const [table = ''] = text.split('\n## ');
  return [...table.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name!);
}

function nameOf(query: string): string {
  return /(?:query|mutation) (\w+)/.exec(query)![1]!;
}

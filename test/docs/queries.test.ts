import { describe, expect, test } from '@jest/globals';
import { globSync, readFileSync } from 'node:fs';
import { queriesOf } from '../support/documented-queries.js';
import { useTestServer } from '../support/server.js';

const server = useTestServer();

const tour = queriesOf('README.md');

describe('the tour of the README', () => {
  test('has queries', () => {
    expect(tour.length).toBeGreaterThan(5);
  });

  // They build on each other, as a reader types them.
  test.each(tour.map((query) => [nameOf(query), query]))(
    '%s is answered without errors',
    async (_, query) => {
      await expectAnswer(query);
    },
  );

  test('records a call that its queries find', async () => {
    const { callLogs } = await server.query(
      '{ callLogs(filter: { text: "PARCEL" }) { nodes { tokensUsed } } }',
    );
    expect(callLogs.nodes).toEqual([{ tokensUsed: 20 }]);
  });
});

test('every query in docs/ is answered without errors', async () => {
  for (const query of globSync('docs/*.md').flatMap(queriesOf)) await expectAnswer(query);
});

test('the query Month costs what limits.md says', async () => {
  const [, said] = /`Month`.*? costs (\d+)/.exec(readFileSync('docs/limits.md', 'utf8'))!;
  const month = tour.find((query) => nameOf(query) === 'Month')!;
  const selections = month.slice(month.indexOf('{') + 1, month.lastIndexOf('}'));
  // So often that it is refused, which is when the cost is told.
  const many = Array.from({ length: 25 }, (_, index) =>
    selections.replace('usage(', `usage${index}: usage(`),
  );
  const { errors } = await server.send(`{ ${many.join('\n')} }`);
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'TOO_COSTLY', actual: 25 * Number(said) });
});

function nameOf(query: string): string {
  return /(?:query|mutation) (\w+)/.exec(query)![1]!;
}

async function expectAnswer(query: string): Promise<void> {
  const { data, errors } = await server.send(query);
  expect(errors).toBeUndefined();
  expect(Object.values(data as Record<string, unknown>)).not.toContain(null);
}

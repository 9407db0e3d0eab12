import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sql } from 'kysely';
import { percentileOf } from '../../src/usage/rollups/histogram.js';
import { useTestDatabase } from '../support/database.js';

const held = useTestDatabase();
const SHARES = [0.0001, 0.01, 0.25, 0.5, 0.9, 0.99, 0.9999];

/** The percentiles of durations by the database's numbering of buckets, and the exact ones. */
async function percentilesOf(durations: number[]) {
  const { rows } = await sql<{ indexes: number[]; counts: string[]; exact: number[] }>`
    SELECT array_agg(index ORDER BY index) AS indexes, array_agg(count ORDER BY index) AS counts,
      (SELECT percentile_cont(${SHARES}::double precision[]) WITHIN GROUP (ORDER BY duration)
       FROM unnest(${durations}::integer[]) AS duration) AS exact
    FROM (
      SELECT llm_usage_duration_index(duration) AS index, count(*) AS count
      FROM unnest(${durations}::integer[]) AS duration GROUP BY 1
    ) AS buckets`.execute(held.database.sql);
  const { indexes, counts, exact } = rows[0]!;
  const histogram = { indexes, counts: counts.map(Number) };
  return SHARES.map((p, index) => ({ estimate: percentileOf(histogram, p)!, exact: exact[index]! }));
}

const LARGEST = 2 ** 31 - 1;
const many = (duration: fc.Arbitrary<number>) => fc.array(duration, { minLength: 1, maxLength: 60 });

test.each([
  ['any', many(fc.integer({ min: 0, max: LARGEST }))],
  ['tiny', many(fc.integer({ min: 0, max: 300 }))],
  ['huge', many(fc.integer({ min: LARGEST - 1000, max: LARGEST }))],
  [
    'constant',
    fc
      .tuple(fc.integer({ min: 0, max: LARGEST }), fc.nat({ max: 50 }))
      .map(([one, more]) => Array<number>(more + 1).fill(one)),
  ],
  ['skewed', many(fc.double({ min: 0, max: 1, noNaN: true }).map((part) => Math.floor(LARGEST ** part)))],
  [
    'powers of two and their neighbours',
    many(
      fc
        .tuple(fc.nat({ max: 30 }), fc.integer({ min: -1, max: 1 }))
        .map(([power, more]) => Math.max(0, 2 ** power + more)),
    ),
  ],
])('percentiles of a histogram are within 1 %% of the exact ones: %s durations', async (_, durations) => {
  await fc.assert(
    fc.asyncProperty(durations, async (some) => {
      for (const { estimate, exact } of await percentilesOf(some)) {
        expect(Math.abs(estimate - exact)).toBeLessThanOrEqual(exact / 100);
      }
    }),
    { numRuns: 60 },
  );
});

test('there is no percentile of nothing', () => {
  expect(percentileOf({ indexes: [], counts: [] }, 0.5)).toBeNull();
});

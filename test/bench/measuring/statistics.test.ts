import { expect, test } from '@jest/globals';
import { summarize } from './measurement.js';
import { mean, median, quantile } from './statistics.js';

const HUNDRED = Array.from({ length: 100 }, (_, index) => 100 - index);

test('a quantile is the least value that so many do not exceed', () => {
  expect(quantile(HUNDRED, 0.99)).toBe(99);
  expect(quantile(HUNDRED, 0.991)).toBe(100);
  expect(quantile(HUNDRED, 1)).toBe(100);
  expect(quantile([7], 0.01)).toBe(7);
});

test('a median is the value in the middle, or the mean of the two there', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 10, 2])).toBe(3);
});

test('nothing has no figures', () => {
  expect([quantile([], 0.5), median([]), mean([])]).toEqual([NaN, NaN, NaN]);
});

test('one slow round changes the p99 of all requests, and not the median of the rounds', () => {
  const round = { latencies: [1, 2, 3], seconds: 2, cpu: 6 };
  const slow = { latencies: [100], seconds: 2, cpu: 12 };
  expect(summarize([round, slow, round])).toEqual({
    median: 2,
    p99: 100,
    throughput: 1.5,
    cpu: 24 / 7,
    requests: 7,
  });
});

import { expect, test } from '@jest/globals';
import type { Measurement } from './measuring/measurement.js';
import { judge, type Measured } from './targets.js';

function measurement(figures: Partial<Measurement>): Measurement {
  return { median: 10, p99: 20, throughput: 100, cpu: 1, requests: 1000, ...figures };
}

const MEASURED: Measured = {
  measurements: {
    'llm-call-log': measurement({ median: 8, throughput: 150, cpu: 0.5 }),
    PostGraphile: measurement({ median: 12, throughput: 100, cpu: 1 }),
    bare: measurement({ throughput: 200 }),
  },
  baseline: measurement({ median: 4 }),
  written: { 'llm-call-log': 26_000, PostGraphile: 2_000, bare: 0 },
};

test('a target is met by the very figure that it names', () => {
  expect(judge({ figure: "times PostGraphile's requests a second", atLeast: 1.5 }, MEASURED)).toEqual({
    target: "at least 1.5 times PostGraphile's requests a second",
    actual: 1.5,
    met: true,
  });
  expect(judge({ figure: "times PostGraphile's CPU time a request", atMost: 0.5 }, MEASURED).met).toBe(true);
});

test('what should be large is missed by less, and what should be small by more', () => {
  expect(judge({ figure: "times bare's requests a second", atLeast: 0.76 }, MEASURED)).toMatchObject({
    actual: 0.75,
    met: false,
  });
  expect(judge({ figure: 'milliseconds', atMost: 7 }, MEASURED)).toMatchObject({ actual: 8, met: false });
});

test('being faster is a matter of the medians, ours below the other', () => {
  expect(judge({ figure: 'times faster than PostGraphile', atLeast: 1 }, MEASURED).actual).toBe(1.5);
});

test('a page is compared with our own first page', () => {
  expect(judge({ figure: 'times as long as our first page', atMost: 1.2 }, MEASURED).actual).toBe(2);
});

test('what is written is compared by calls, however many a request holds', () => {
  expect(judge({ figure: "times PostGraphile's calls a second", atLeast: 13 }, MEASURED)).toMatchObject({
    actual: 13,
    met: true,
  });
});

test('what was not measured does not meet a target', () => {
  const nothing = { ...MEASURED, baseline: null, written: null };
  expect(judge({ figure: 'times as long as our first page', atMost: 1.2 }, nothing).met).toBe(false);
  expect(judge({ figure: "times PostGraphile's calls a second", atLeast: 1 }, nothing).met).toBe(false);
});

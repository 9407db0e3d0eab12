import { expect, test } from '@jest/globals';
import { PassThrough } from 'node:stream';
import { confirm } from '../../src/database/confirm.js';

function terminal() {
  const input = new PassThrough();
  const output = new PassThrough({ encoding: 'utf8' });
  return { input, output };
}

test.each([
  ['yes\n', true],
  [' YES \n', true],
  ['y\n', false],
  ['no\n', false],
  ['\n', false],
  ['yes, but later\n', false],
])('the answer %j gives %j', async (answer, sure) => {
  const { input, output } = terminal();
  const confirmed = confirm('Drop it?', input, output);
  input.write(answer);
  expect(await confirmed).toBe(sure);
  expect(output.read()).toBe('Drop it? [yes/no] ');
});

test('an input that ends without an answer gives false', async () => {
  const { input, output } = terminal();
  const confirmed = confirm('Drop it?', input, output);
  input.end();
  expect(await confirmed).toBe(false);
});

test('a signal ends the question', async () => {
  const { input, output } = terminal();
  const stop = new AbortController();
  const confirmed = confirm('Drop it?', input, output, stop.signal);
  stop.abort();
  await expect(confirmed).rejects.toThrow();
});

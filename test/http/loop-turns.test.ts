import { expect, test } from '@jest/globals';
import { setImmediate as turn } from 'node:timers/promises';
import { loopTurns } from '../../src/http/loop-turns.js';

test('one starts in each turn of the event loop, callers one after the other', async () => {
  const startInTurn = loopTurns();
  const started: string[] = [];
  for (const name of ['a1', 'a2', 'a3', 'b1', 'c1', 'b2']) {
    startInTurn(name.charAt(0), () => started.push(name));
  }
  await Promise.resolve();
  expect(started).toEqual(['a1']);
  const seen: string[][] = [];
  for (let turns = 0; turns < 6; turns++) {
    await turn();
    seen.push([...started]);
  }
  const order = ['a1', 'b1', 'c1', 'a2', 'b2', 'a3'];
  expect(started).toEqual(order);
  expect(seen.slice(0, 3).map(({ length }) => length)).toEqual([2, 3, 4]);
  startInTurn('a', () => started.push('a4'));
  await Promise.resolve();
  expect(started).toEqual([...order, 'a4']);
});

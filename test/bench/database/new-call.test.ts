import { expect, test } from '@jest/globals';
import { newCall, NEW_CALL_PROPERTIES, textsOf } from './new-call.js';
import { YEAR } from './period.js';

const NUMBERS = Array.from({ length: 3000 }, (_, index) => index * 577);

test('every server is given the same call for the same number, and another one for another', () => {
  const texts = NUMBERS.map((number) => JSON.stringify(newCall(number, 'small')));
  expect(texts).toEqual(NUMBERS.map((number) => JSON.stringify(newCall(number, 'small'))));
  expect(new Set(texts).size).toBe(NUMBERS.length);
});

test('a new call lies behind the year of the log, where it is known as one to delete', () => {
  for (const number of NUMBERS) {
    expect(Date.parse(newCall(number, 'small').callTime)).toBeGreaterThanOrEqual(Date.parse(YEAR.to));
  }
});

test('the texts of a call stand in the order of its columns', () => {
  const call = newCall(4, 'small');
  const texts = Object.fromEntries(NEW_CALL_PROPERTIES.map((name, index) => [name, textsOf(call)[index]]));
  expect(texts).toMatchObject({
    activationCode: null,
    groupId: '5',
    requestParams: JSON.stringify(call.requestParams),
    status: 'success',
    callTime: call.callTime,
  });
  expect(NEW_CALL_PROPERTIES).toEqual(Object.keys(call));
});

import { badUserInput } from './errors.js';

/** The largest number that a BIGINT column holds. */
const MAX_64 = 2n ** 63n - 1n;
/** So many digits are always fewer. */
const SHORT = 18;
/** Digits and sign of the longest number that is nearly one of ours. */
const LONGEST = 20;
/** The largest number that an INTEGER column holds. */
export const MAX_32 = 2 ** 31 - 1;

/**
 * Checks an ID and gives it in its shortest spelling, so that equal ids are equal strings.
 *
 * @throws BAD_USER_INPUT when it is no whole number from 0 to 2^63-1
 */
export function parseId(id: string, argument: string): string {
  if (!/^\d+$/.test(id)) {
    // What is longer than any number is not said again: it may be a key in the wrong place.
    const given = id.length <= LONGEST ? `, not ${JSON.stringify(id)}` : '';
    throw badUserInput(argument, `must be a whole number${given}.`);
  }
  // Lists of ids can be long.
  if (id.length <= SHORT && !id.startsWith('0')) return id;
  if (id.length > 19 || BigInt(id) > MAX_64) {
    throw badUserInput(argument, `must be at most ${MAX_64}, to fit 64 bits, not ${id}.`);
  }
  return BigInt(id).toString();
}

/**
 * Checks an ID that an INTEGER column is to hold.
 *
 * @throws BAD_USER_INPUT when it is no whole number from 0 to 2^31-1
 */
export function parseId32(id: string, argument: string): number {
  const number = Number(parseId(id, argument));
  if (number > MAX_32) throw badUserInput(argument, `must be at most ${MAX_32}, not ${id}.`);
  return number;
}

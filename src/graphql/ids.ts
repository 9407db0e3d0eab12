import { badUserInput } from './errors.js';

/** The largest number that a BIGINT column holds. */
const MAX_64 = 2n ** 63n - 1n;
/** A number of at most this many digits always fits 64 bits. */
const SAFE_DIGITS = 18;
/** Length of the longest number that an error message repeats. */
const MAX_SHOWN_CHARACTERS = 20;
/** The largest number that an INTEGER column holds. */
export const MAX_32 = 2 ** 31 - 1;

/**
 * Checks an ID and gives it in its shortest spelling, so that equal ids are equal strings.
 *
 * @throws BAD_USER_INPUT when it is no whole number from 0 to 2^63-1
 */
export function parseId(id: string, argument: string): string {
  if (!/^\d+$/.test(id)) {
    // Longer text is not repeated: it may be a key in the wrong place.
    const given = id.length <= MAX_SHOWN_CHARACTERS ? `, not ${JSON.stringify(id)}` : '';
    throw badUserInput(argument, `must be a whole number${given}.`);
  }
  // Lists of ids can be long.
  if (id.length <= SAFE_DIGITS && !id.startsWith('0')) return id;
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

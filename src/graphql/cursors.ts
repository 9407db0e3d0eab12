import { createHmac, createSecretKey, timingSafeEqual, type KeyObject } from 'node:crypto';
import { badUserInput } from './errors.js';
import type { Position } from './keyset.js';

const SIGNATURE_BYTES = 9;

/** Makes cursors and reads them back. They are signed, so that a forged one never selects a place in a list. */
export class Cursors {
  readonly #secret: KeyObject;

  /** @param secret shared by all servers on one database */
  constructor(secret: string) {
    this.#secret = createSecretKey(secret, 'utf8');
  }

  encode(order: string, { value, id }: Position): string {
    const payload = Buffer.from(JSON.stringify([order, value, id]));
    return Buffer.concat([this.#sign(payload), payload]).toString('base64url');
  }

  /**
   * @param argument that the cursor came in
   * @throws BAD_USER_INPUT when it was not made here, or for another order
   */
  decode(cursor: string, order: string, argument: string): Position {
    const bytes = Buffer.from(cursor, 'base64url');
    const payload = bytes.subarray(SIGNATURE_BYTES);
    const signature = bytes.subarray(0, SIGNATURE_BYTES);
    if (
      bytes.length <= SIGNATURE_BYTES ||
      bytes.toString('base64url') !== cursor ||
      !timingSafeEqual(signature, this.#sign(payload))
    ) {
      throw badUserInput(argument, 'is not a cursor of this server; take one from pageInfo or edges.');
    }
    const [itsOrder, value, id] = JSON.parse(payload.toString()) as [string, string | null, string];
    if (itsOrder !== order) {
      throw badUserInput(
        argument,
        `belongs to a list in the order ${itsOrder}; this list is in the order ${order}.`,
      );
    }
    return { value, id };
  }

  #sign(payload: Buffer): Buffer {
    return createHmac('sha256', this.#secret).update(payload).digest().subarray(0, SIGNATURE_BYTES);
  }
}

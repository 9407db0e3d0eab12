import { createHmac } from 'node:crypto';
import { endOfKey } from '../redaction/marker.js';

/** Tells two keys apart and reveals neither: 16 hex digits of a keyed hash (HMAC-SHA-256, RFC 2104). */
export function fingerprint(apiKey: string, secret: string): string {
  return createHmac('sha256', secret).update(apiKey).digest('hex').slice(0, 16);
}

/** The end of a key as a reminder of which it is: the last four characters, never more than a quarter of it. */
export function keyHint(apiKey: string): string {
  return `…${endOfKey(apiKey)}`;
}

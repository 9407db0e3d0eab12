/**
 * A text in UTF-8, with a character for each byte: what is only passed on is neither decoded nor encoded again, and takes
 * the memory that its bytes do.
 */
export type ByteText = string;

const NOT_ASCII = /[^\0-\x7f]/;

export function encode(text: string): ByteText {
  return NOT_ASCII.test(text) ? Buffer.from(text).toString('latin1') : text;
}

export function decode(bytes: ByteText): string {
  return NOT_ASCII.test(bytes) ? Buffer.from(bytes, 'latin1').toString() : bytes;
}

import { randomUUID } from 'node:crypto';
import { decode, encode, type ByteText } from '../database/byte-text.js';

/** Stands for one that is printed, in what is printed around it. Nobody else knows it, so nothing else reads like it. */
const PLACE = randomUUID();

/** Those that come up while an answer is printed, in their order; undefined at any other time. */
let found: JsonText[] | undefined;

/** A JSON value in the form of its text, which goes into answers as it is: neither parsed nor printed again. */
export class JsonText {
  readonly pieces: readonly ByteText[];

  /** @param pieces of the text of well-formed JSON; of a long one, several */
  constructor(pieces: readonly ByteText[]) {
    this.pieces = pieces;
  }

  get bytes(): ByteText {
    return this.pieces.join('');
  }

  toJSON(): unknown {
    if (!found) return JSON.parse(decode(this.bytes));
    found.push(this);
    return PLACE;
  }
}

/**
 * Prints an answer as JSON, in UTF-8. Its texts are written one after the other into what is sent: of a large answer, one
 * text of all would be the largest thing that a request makes, and take as long to clear away as to make.
 */
export function printAnswer(answer: unknown): Buffer {
  const pieces = piecesOf(answer);
  const bytes = Buffer.allocUnsafe(pieces.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const piece of pieces) end += bytes.write(piece, end, 'latin1');
  return bytes;
}

function piecesOf(answer: unknown): ByteText[] {
  found = [];
  try {
    const around = JSON.stringify(answer).split(`"${PLACE}"`);
    const texts = found;
    const pieces = around.flatMap((piece, index) => [encode(piece), ...(texts[index]?.pieces ?? [])]);
    pieces.push('\n');
    return pieces;
  } finally {
    found = undefined;
  }
}

import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { BodySize } from './bodies.js';
import { NEW_CALL_PROPERTIES, newCall, textsOf } from './new-call.js';

/** Writes new calls as CSV, with a head of the fields' names; what is null is left empty. */
export async function writeCallsFile(path: string, calls: number, size: BodySize): Promise<void> {
  await pipeline(Readable.from(lines(calls, size)), createWriteStream(path));
}

function* lines(calls: number, size: BodySize): Generator<string> {
  yield `${NEW_CALL_PROPERTIES.join(',')}\n`;
  for (let number = 0; number < calls; number += 1) {
    yield `${textsOf(newCall(number, size)).map(toCell).join(',')}\n`;
  }
}

function toCell(text: string | null): string {
  return text === null ? '' : `"${text.replaceAll('"', '""')}"`;
}

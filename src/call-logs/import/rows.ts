import type { Row } from './row-reader.js';

/** Takes the rows of a file, in order, while it is read. */
export interface RowSink {
  /** @param line the line of the file on which the row begins, from 1 */
  row(row: Row, line: number): void;
  /** What stands where a row should. @param raw its text */
  broken(raw: unknown, line: number, reason: string): void;
}

/** Turns the bytes of a file into rows, as they come. */
export interface RowParser {
  parse(chunk: Buffer): Promise<void>;
  /** To be called once, after the last chunk. */
  end(): Promise<void>;
}

/** Longer rows are refused, so that a stray quote or a missing end of line cannot take all memory. */
export const MAX_ROW_BYTES = 64 * 1024 * 1024;

/** Bytes that are shown of a line that is too long to be kept. */
export const MAX_SHOWN_BYTES = 64 * 1024;

export const NEWLINE = 10;
export const NOT_UTF8 = 'is not valid UTF-8.';

export function tooLong(limit: number): string {
  return `does not end within ${limit} bytes.`;
}

import { isUtf8 } from 'node:buffer';
import type { Row } from './row-reader.js';
import {
  MAX_ROW_BYTES,
  NEWLINE,
  NOT_UTF8,
  MAX_SHOWN_BYTES,
  tooLong,
  type RowParser,
  type RowSink,
} from './rows.js';

/** Parses JSON Lines: a JSON object a line; blank lines are passed over. */
export class JsonlRows implements RowParser {
  /** Line of the file that is next. */
  #line = 1;
  /** Beginning of a line whose end has not come yet. */
  #rest: Buffer[] = [];
  #restLength = 0;
  #skipping = false;

  constructor(
    private readonly sink: RowSink,
    private readonly longest = MAX_ROW_BYTES,
  ) {}

  parse(chunk: Buffer): Promise<void> {
    let from = 0;
    for (let to = chunk.indexOf(NEWLINE); to >= 0; to = chunk.indexOf(NEWLINE, from)) {
      this.#take(chunk.subarray(from, to));
      this.#finishLine();
      from = to + 1;
    }
    this.#take(chunk.subarray(from));
    return Promise.resolve();
  }

  end(): Promise<void> {
    this.#finishLine();
    return Promise.resolve();
  }

  #take(piece: Buffer): void {
    if (this.#skipping) return;
    this.#rest.push(piece);
    this.#restLength += piece.length;
    if (this.#restLength <= this.longest) return;
    this.sink.broken(
      `${Buffer.concat(this.#rest).toString('utf8', 0, MAX_SHOWN_BYTES)}…`,
      this.#line,
      tooLong(this.longest),
    );
    this.#rest = [];
    this.#skipping = true;
  }

  #finishLine(): void {
    const [first, ...more] = this.#rest;
    const bytes = first && more.length === 0 ? first : Buffer.concat(this.#rest);
    this.#rest = [];
    this.#restLength = 0;
    this.#skipping = false;
    this.#readLine(bytes);
    this.#line += 1;
  }

  #readLine(bytes: Buffer): void {
    const text = bytes.toString();
    if (text.trim() === '') return;
    if (!isUtf8(bytes)) {
      this.sink.broken(text, this.#line, NOT_UTF8);
      return;
    }
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      this.sink.broken(text.trimEnd(), this.#line, `is not JSON: ${(error as Error).message}.`);
      return;
    }
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      this.sink.row(value as Row, this.#line);
    else this.sink.broken(value, this.#line, 'is not a JSON object.');
  }
}

/** The keys of the rows that a file begins with; undefined where there is none. */
export async function jsonlColumns(head: Buffer): Promise<string[] | undefined> {
  const keys = new Set<string>();
  let rows = 0;
  const parser = new JsonlRows({
    row: (row) => {
      rows += 1;
      for (const key of Object.keys(row)) keys.add(key);
    },
    broken: () => undefined,
  });
  // The last line may be cut off: then it is broken, and not looked at.
  await parser.parse(head);
  await parser.end();
  return rows > 0 ? [...keys] : undefined;
}

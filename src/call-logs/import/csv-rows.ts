import { isUtf8 } from 'node:buffer';
import { parse, type Info, type Parser } from 'csv-parse';
import { parse as parseSync } from 'csv-parse/sync';
import {
  MAX_ROW_BYTES,
  NEWLINE,
  NOT_UTF8,
  MAX_SHOWN_BYTES,
  tooLong,
  type RowParser,
  type RowSink,
} from './rows.js';

const RFC_4180 = { record_delimiter: ['\r\n', '\n'], relax_column_count: true };

/**
 * Parses CSV as RFC 4180 writes it, in UTF-8, with commas.
 *
 * The first record is the header and no row. A row with a broken quote costs the line that it begins on;
 * parsing goes on with the next line.
 */
export class CsvRows implements RowParser {
  #parser = this.#newParser();
  /** Bytes from the end of the last record on, as far as they have come. */
  #window: Buffer = Buffer.alloc(0);
  /** Where the window begins, and the last record ended, in the bytes that #parser has seen. */
  #windowStart = 0;
  #recordEnd = 0;
  /** Line of the file on which the window begins. */
  #line = 1;
  #width: number | undefined;
  #checkUtf8 = false;
  /** Why the line at the beginning of the window is broken, until its end has come. */
  #broken: string | undefined;

  constructor(
    private readonly sink: RowSink,
    private readonly longest = MAX_ROW_BYTES,
  ) {}

  async parse(chunk: Buffer): Promise<void> {
    this.#window = this.#window.length === 0 ? chunk : Buffer.concat([this.#window, chunk]);
    // A character that is cut off at the end looks wrong as well: then each record is looked at.
    this.#checkUtf8 = !isUtf8(this.#window);
    if (this.#broken === undefined) await this.#feed(chunk);
    while (this.#broken !== undefined && this.#skipLine(false)) await this.#feed(this.#window);
  }

  async end(): Promise<void> {
    for (;;) {
      if (this.#broken === undefined) {
        const error = await new Promise<Error | undefined>((resolve) => {
          this.#parser.once('error', resolve).end(() => {
            resolve(undefined);
          });
        });
        this.#moveWindow();
        if (!error) return;
        this.#broken = reasonOf(error);
      }
      this.#skipLine(true);
      if (this.#window.length === 0) return;
      await this.#feed(this.#window);
    }
  }

  #newParser(): Parser {
    const parser = parse({
      ...RFC_4180,
      on_record: (cells: string[], info: Info) => {
        this.#onRecord(cells, info.bytes);
        return null;
      },
    });
    parser.on('error', () => undefined); // it reaches the callback of the write as well
    return parser.resume();
  }

  async #feed(bytes: Buffer): Promise<void> {
    const error = await new Promise<Error | null | undefined>((resolve) => {
      this.#parser.write(bytes, resolve);
    });
    this.#moveWindow();
    if (error) this.#broken = reasonOf(error);
    else if (this.#window.length > this.longest) this.#broken = tooLong(this.longest);
  }

  #moveWindow(): void {
    this.#window = this.#window.subarray(this.#recordEnd - this.#windowStart);
    this.#windowStart = this.#recordEnd;
  }

  #onRecord(cells: string[], end: number): void {
    // The parser's own count of lines takes a line break in a quoted cell for two when it is CR LF.
    const bytes = this.#window.subarray(this.#recordEnd - this.#windowStart, end - this.#windowStart);
    const line = this.#line;
    for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) this.#line += 1;
    this.#recordEnd = end;

    if (this.#width === undefined) this.#width = cells.length;
    else if (cells.length === 1 && cells[0] === '')
      return; // an empty line
    else if (this.#checkUtf8 && !isUtf8(bytes)) this.sink.broken(cells, line, NOT_UTF8);
    else if (cells.length === this.#width) this.sink.row(cells, line);
    else
      this.sink.broken(
        cells,
        line,
        `has a wrong number of cells: ${cells.length}, not ${this.#width} like the header.`,
      );
  }

  /** Gives the broken line up, once it has come to its end, and begins anew behind it. */
  #skipLine(isLast: boolean): boolean {
    const newline = this.#window.indexOf(NEWLINE);
    if (newline < 0 && !isLast) {
      this.#window = this.#window.subarray(0, MAX_SHOWN_BYTES);
      return false;
    }
    const end = newline < 0 ? this.#window.length : newline + 1;
    const raw = this.#window.toString('utf8', 0, end).trimEnd();
    this.sink.broken(raw, this.#line, this.#broken ?? '');
    this.#broken = undefined;
    this.#line += 1;
    this.#window = this.#window.subarray(end);
    this.#windowStart = this.#recordEnd = 0;
    this.#parser = this.#newParser();
    return true;
  }
}

function reasonOf(error: Error): string {
  switch ((error as { code?: string }).code) {
    case 'CSV_QUOTE_NOT_CLOSED':
      return 'opens a quote that is never closed.';
    case 'CSV_INVALID_CLOSING_QUOTE':
      return 'has text after a closing quote.';
    case 'INVALID_OPENING_QUOTE':
      return 'has a quote in the middle of a cell that does not begin with one.';
    default:
      return `cannot be read: ${error.message}.`;
  }
}

/**
 * The names in the header line; undefined where the file is empty.
 *
 * @throws Error with the reason where the header is broken
 */
export function csvColumns(head: Buffer): string[] | undefined {
  try {
    return parseSync(head, { ...RFC_4180, to: 1 })[0]?.map((name) => name.trim());
  } catch (error) {
    throw new Error(`Its header line ${reasonOf(error as Error)}`, { cause: error });
  }
}

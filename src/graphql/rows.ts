import type { ByteText } from '../database/byte-text.js';
import { JsonText } from './json-text.js';
import type { Position } from './keyset.js';
import { Unprintable } from './value-printer.js';

/** Rows of a list in the order in which they were read, which may be the other way round. */
export interface Rows<Row> {
  readonly length: number;
  /** Where a row stands in the order of the list; the first has the index 0. */
  positionOf(index: number): Position;
  /** The first so many, or the text of a list of them. */
  take(size: number, reversed: boolean): Row[] | JsonText;
  /** The same one by one. */
  takeEach(size: number, reversed: boolean): Row[];
}

/**
 * Rows as their values.
 *
 * @param orderedBy the property that the list is ordered by
 */
export function rowsOf<Row extends { id: string | number }>(
  rows: readonly Row[],
  orderedBy: string,
): Rows<Row> {
  const take = (size: number, reversed: boolean) => inOrder(rows.slice(0, size), reversed);
  return {
    length: rows.length,
    positionOf: (index) => {
      const row = rows[index] as (Row & Record<string, unknown>) | undefined;
      const value = row?.[orderedBy] as string | number | null;
      return { value: value === null ? null : String(value), id: String(row?.id) };
    },
    take,
    takeEach: take,
  };
}

/** Stands between the texts of rows that are printed as one, and nowhere in them: JSON has line breaks escaped. */
export const BETWEEN_ROWS = ',\n';

/**
 * Rows as the database prints them.
 *
 * @param text of all of them, with {@link BETWEEN_ROWS}; null where one cannot be printed
 * @param positions of each, as {@link positionIn} takes it
 */
export function printedRows<Row>(text: ByteText | null, positions: readonly string[]): Rows<Row> {
  const { length } = positions;
  const takeTexts = (size: number, reversed: boolean) => {
    if (length === 0) return [];
    if (text === null) throw new Unprintable();
    return inOrder(text.split(BETWEEN_ROWS).slice(0, size), reversed);
  };
  return {
    length,
    positionOf: (index) => positionIn(positions[index]),
    take(size, reversed) {
      if (size === 0 || length === 0) return new JsonText(['[]']);
      if (reversed || length > size + 1) return new JsonText(['[', takeTexts(size, reversed).join(), ']']);
      if (text === null) throw new Unprintable();
      const end = length > size ? text.lastIndexOf(BETWEEN_ROWS) : text.length;
      return new JsonText(['[', text.slice(0, end), ']']);
    },
    // A text stands for the row wherever it is printed.
    takeEach: (size, reversed) => takeTexts(size, reversed).map((row) => new JsonText([row]) as Row),
  };
}

/** A row in the pieces of its text, numbered from 0; one of them is null where it cannot be printed. */
export interface PiecedRow {
  /** As {@link positionIn} takes it. */
  position: string;
  [piece: `piece${number}`]: ByteText | null;
}

/** Rows as the database prints them, each in pieces that are too long to join. */
export function piecedRows<Row>(rows: readonly PiecedRow[]): Rows<Row> {
  const take = (size: number, reversed: boolean) => inOrder(rows.slice(0, size), reversed);
  return {
    length: rows.length,
    positionOf: (index) => positionIn(rows[index]?.position),
    take(size, reversed) {
      const pieces = ['['];
      for (const row of take(size, reversed)) {
        if (pieces.length > 1) pieces.push(',');
        addPieces(row, pieces);
      }
      pieces.push(']');
      return new JsonText(pieces);
    },
    takeEach: (size, reversed) =>
      take(size, reversed).map((row) => {
        const pieces: ByteText[] = [];
        addPieces(row, pieces);
        return new JsonText(pieces) as Row;
      }),
  };
}

function addPieces(row: PiecedRow, pieces: ByteText[]): void {
  for (let index = 0; ; index++) {
    const piece = row[`piece${index}`];
    if (piece === undefined) return;
    if (piece === null) throw new Unprintable();
    pieces.push(piece);
  }
}

/** @param line the id of a row, a space, and the value that the list is ordered by; the id alone where that is null */
function positionIn(line = ''): Position {
  const end = line.indexOf(' ');
  return end === -1 ? { id: line, value: null } : { id: line.slice(0, end), value: line.slice(end + 1) };
}

function inOrder<T>(items: T[], reversed: boolean): T[] {
  return reversed ? items.reverse() : items;
}

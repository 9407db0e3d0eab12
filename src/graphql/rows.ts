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
 * @param positions of each a line: its id, a space, and the value that the list is ordered by; the id alone where that
 *   is null
 */
export function printedRows<Row>(text: string | null, positions: readonly string[]): Rows<Row> {
  const { length } = positions;
  const takeTexts = (size: number, reversed: boolean) => {
    if (length === 0) return [];
    if (text === null) throw new Unprintable();
    return inOrder(text.split(BETWEEN_ROWS).slice(0, size), reversed);
  };
  return {
    length,
    positionOf: (index) => {
      const line = positions[index] ?? '';
      const end = line.indexOf(' ');
      return end === -1 ? { id: line, value: null } : { id: line.slice(0, end), value: line.slice(end + 1) };
    },
    take(size, reversed) {
      if (size === 0 || length === 0) return new JsonText('[]');
      if (reversed || length > size + 1) return new JsonText('[', takeTexts(size, reversed).join(), ']');
      if (text === null) throw new Unprintable();
      const end = length > size ? text.lastIndexOf(BETWEEN_ROWS) : text.length;
      return new JsonText('[', text.slice(0, end), ']');
    },
    // A text stands for the row wherever it is printed.
    takeEach: (size, reversed) => takeTexts(size, reversed).map((row) => new JsonText(row) as Row),
  };
}

function inOrder<T>(items: T[], reversed: boolean): T[] {
  return reversed ? items.reverse() : items;
}

import { OperatorError } from '../../operator-error.js';
import type { Redactor } from '../../redaction/redactor.js';
import { IMPORT_FIELDS, NEEDED_FIELDS, type ImportField } from './fields.js';
import type { Mapping } from './mapping.js';
import { prepareRow, readField, type ImportedCall, type RowValues } from './prepare-row.js';
import { valueReader, type ReadValue } from './read-value.js';

export type Format = 'csv' | 'jsonl';

/** A row of a CSV file as its cells, or of a JSON Lines file as its object. */
export type Row = readonly string[] | Record<string, unknown>;

/** Reads one row. @throws Error with the reason why the row is bad, as a sentence */
export type ReadRow = (row: Row) => ImportedCall;

interface Source {
  field: ImportField;
  key: string | number;
  read: ReadValue;
}

/**
 * Matches the mapping with the columns of a file. A column named like a field is that field, unless the
 * mapping says otherwise.
 *
 * @param columns names in the header of CSV, or the keys that JSON Lines begin with; undefined where no row is known
 * @param file name of the file, for messages
 * @param redactor replaces the secrets of rows; left out where they may stay
 * @throws OperatorError where a column is not there, or a needed field has none
 */
export function rowReader(
  mapping: Mapping,
  format: Format,
  columns: string[] | undefined,
  file: string,
  redactor?: Redactor,
): ReadRow {
  const isCsv = format === 'csv';
  const sources: Source[] = IMPORT_FIELDS.filter((field) => isRead(field, mapping, format, columns)).map(
    (field) => {
      const column = mapping.columns.get(field) ?? field;
      if (columns) checkColumn(column, field, mapping, columns, file);
      const key = isCsv ? (columns ?? []).indexOf(column) : column;
      return { field, key, read: valueReader(field, isCsv ? 'text' : 'json', mapping.readTime) };
    },
  );
  if (columns) checkNeeded(mapping, columns, file);
  return (row) => {
    const values: RowValues = { ...mapping.fixed };
    for (const { field, key, read } of sources) {
      const value = (row as Record<string | number, unknown>)[key];
      // An empty cell is how CSV writes null.
      if (value === undefined || value === null || (isCsv && value === '')) continue;
      values[field] = readField(field, read, value);
    }
    return prepareRow(values, redactor);
  };
}

function isRead(
  field: ImportField,
  mapping: Mapping,
  format: Format,
  columns: string[] | undefined,
): boolean {
  if (field in mapping.fixed) return false;
  if (mapping.columns.has(field)) return true;
  // What was asked for by name goes before what happens to have the name of a field.
  const other = field === 'group' ? 'groupId' : field === 'groupId' ? 'group' : undefined;
  if (other && (other in mapping.fixed || mapping.columns.has(other))) return false;
  // A key that JSON Lines lack at first may come later.
  return format === 'jsonl' || columns?.includes(field) === true;
}

function checkColumn(
  column: string,
  field: ImportField,
  mapping: Mapping,
  columns: string[],
  file: string,
): void {
  if (mapping.columns.has(field) && !columns.includes(column)) {
    throw new OperatorError(
      `${file} has no column ${JSON.stringify(column)}, which --map names for ${field}; its columns are ${columns.join(', ')}.`,
    );
  }
  if (columns.indexOf(column) !== columns.lastIndexOf(column)) {
    throw new OperatorError(
      `${file} has two columns named ${JSON.stringify(column)}, so it is not clear which of them is ${field}.`,
    );
  }
}

function checkNeeded(mapping: Mapping, columns: string[], file: string): void {
  const missing = NEEDED_FIELDS.filter(
    (field) => !(field in mapping.fixed) && !columns.includes(mapping.columns.get(field) ?? field),
  );
  if (missing.length === 0) return;
  const examples = { requestMessages: "--set 'requestMessages=[]'", status: '--set status=success' };
  throw new OperatorError(
    `${file} lacks ${missing.join(' and ')}, which every call needs. Name the column with --map FIELD=COLUMN ` +
      `(the columns are ${columns.join(', ')}), or give a fixed value, such as ${missing.map((field) => examples[field]).join(' ')}.`,
  );
}

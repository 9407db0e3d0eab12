import { OperatorError } from '../../operator-error.js';
import { csvColumns, CsvRows } from './csv-rows.js';
import { jsonlColumns, JsonlRows } from './jsonl-rows.js';
import type { Format } from './row-reader.js';
import type { RowParser, RowSink } from './rows.js';
import type { Source } from './source.js';

export function rowParser(format: Format, sink: RowSink): RowParser {
  return format === 'csv' ? new CsvRows(sink) : new JsonlRows(sink);
}

/**
 * The columns of a source, as its beginning shows them; undefined for JSON Lines that begin with no row.
 *
 * @throws OperatorError where CSV has no header line
 */
export async function columnsOf(source: Source, head: Buffer): Promise<string[] | undefined> {
  if (source.format === 'jsonl') return jsonlColumns(head);
  try {
    const columns = csvColumns(head);
    if (columns) return columns;
  } catch (error) {
    throw new OperatorError(`${source.name} cannot be read. ${(error as Error).message}`);
  }
  throw new OperatorError(`${source.name} is empty; a CSV file begins with a line of column names.`);
}

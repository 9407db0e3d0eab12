import { NEW_CALL_LOG_COLUMNS, type NewCallLog } from '../recording/prepare-call-log.js';

/** The statement whose input {@link copyLine} writes. */
export const COPY_CALL_LOGS = `COPY llm_call_logs (${NEW_CALL_LOG_COLUMNS.map(({ column }) => column).join(', ')}) FROM STDIN`;

/** One call in the text format of COPY, with the end of its line. */
export function copyLine(call: NewCallLog): string {
  let line = '';
  for (const { field } of NEW_CALL_LOG_COLUMNS) {
    const value = call[field];
    if (line !== '') line += '\t';
    line += value === null ? '\\N' : typeof value === 'number' ? String(value) : escape(value);
  }
  return `${line}\n`;
}

function escape(text: string): string {
  if (!/[\\\t\n\r]/.test(text)) return text;
  return text
    .replaceAll('\\', '\\\\')
    .replaceAll('\t', '\\t')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r');
}

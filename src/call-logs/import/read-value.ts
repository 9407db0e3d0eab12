import { storableText } from '../../database/storable-text.js';
import { MAX_32 } from '../../graphql/ids.js';
import { CallStatus } from '../call-log.js';
import { CALL_LOG_COLUMNS } from '../call-log-columns.js';
import type { ImportField } from './fields.js';
import type { ReadTime } from './times.js';

/** Reads one value of a field. @throws Error that says what would be right, as the rest of a sentence that begins with the field */
export type ReadValue = (value: unknown) => unknown;

/**
 * How to read a field.
 *
 * @param form `text` where JSON stands as text in a cell, as in CSV; `json` where the value already is JSON
 */
export function valueReader(field: ImportField, form: 'text' | 'json', readTime: ReadTime): ReadValue {
  if (field === 'group') return readGroup;
  switch (CALL_LOG_COLUMNS[field].kind) {
    case 'id32':
      return readId;
    case 'count':
      return readCount;
    case 'status':
      return readStatus;
    case 'time':
      return (value) => readTime(readString(value));
    case 'json':
      return form === 'text' ? readJson : (value) => value;
    case 'text':
      return readString;
  }
}

function readString(value: unknown): string {
  if (typeof value !== 'string') throw new Error(`must be text, not ${show(value)}.`);
  return value;
}

function readGroup(value: unknown): string {
  const name = storableText(readString(value));
  if (name.trim() === '') throw new Error('must not be blank.');
  return name;
}

function readId(value: unknown): string {
  if (typeof value === 'string') return value.trim();
  if (Number.isSafeInteger(value)) return String(value);
  throw new Error(`must be a whole number, not ${show(value)}.`);
}

function readCount(value: unknown): number {
  // Programs that know no empty whole number, such as pandas, write 12 as 12.0.
  const isNumber =
    typeof value === 'number' || (typeof value === 'string' && /^\s*[+-]?\d+(\.0*)?\s*$/.test(value));
  const count = isNumber ? Number(value) : NaN;
  if (!Number.isInteger(count)) throw new Error(`must be a whole number, not ${show(value)}.`);
  if (count > MAX_32) throw new Error(`must be at most ${MAX_32}, not ${show(value)}.`);
  return count;
}

function readStatus(value: unknown): CallStatus {
  const status = typeof value === 'string' ? value.trim().toLowerCase() : value;
  if (status === 'success') return CallStatus.SUCCESS;
  if (status === 'error') return CallStatus.ERROR;
  throw new Error(`must be success or error, not ${show(value)}.`);
}

function readJson(value: unknown): unknown {
  try {
    return JSON.parse(value as string);
  } catch (error) {
    throw new Error(`is not JSON: ${(error as Error).message}.`, { cause: error });
  }
}

/** A value as it is quoted in a reason, cut where it is long. */
function show(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

import { prepareCallLog, type NewCallLog } from '../recording/prepare-call-log.js';
import type { Redactor } from '../../redaction/redactor.js';
import { RecordCallLogInput } from '../recording/record-input.js';
import type { ImportField } from './fields.js';
import type { ReadValue } from './read-value.js';

/** A row as it goes into the log; the group is still a name where it was given as one. */
export interface ImportedCall {
  call: NewCallLog;
  group: string | null;
  /** How many secrets were replaced in it. */
  redacted: number;
}

/** The values of a row, each read by the reader of its field. */
export type RowValues = Partial<Record<ImportField, unknown>>;

/** Reads the value of one field. @throws Error with the reason why it is bad, as a sentence */
export function readField(field: ImportField, read: ReadValue, value: unknown): unknown {
  try {
    return read(value);
  } catch (error) {
    const reason = (error as Error).message;
    // Reasons about times are sentences of their own that begin with the time.
    throw new Error(reason.startsWith('"') ? `${field}: ${reason}` : `${field} ${reason}`, { cause: error });
  }
}

/**
 * Checks a row the way a recording is checked, and replaces its secrets.
 *
 * @throws Error with the reason why it is bad, as a sentence
 */
export function prepareRow(values: RowValues, redactor?: Redactor): ImportedCall {
  const { group = null, ...input } = values;
  if (input.status === undefined) throw new Error('status must be success or error, but is empty.');
  if (group !== null && input.groupId !== undefined) {
    throw new Error('group and groupId both name the group of the call; give only one of them.');
  }
  const redaction = redactor?.begin();
  try {
    return {
      call: prepareCallLog(Object.assign(new RecordCallLogInput(), input), 'row', redaction),
      group: group as string | null,
      redacted: redaction?.replaced ?? 0,
    };
  } catch (error) {
    throw new Error((error as Error).message.replace(/^row\./, ''), { cause: error });
  }
}

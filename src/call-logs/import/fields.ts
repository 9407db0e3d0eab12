import { CALL_LOG_FIELDS, type FieldWith, type RecordedField } from '../call-log-columns.js';

/** What a row of a file can hold: what is recorded of a call, and the name of its group. */
export type ImportField = RecordedField | 'group';

/** Without these no call can be recorded. */
export type NeededField = FieldWith<{ recorded: 'required' }>;

/** Every field that an import takes, in the order they are listed to the operator. */
export const IMPORT_FIELDS = CALL_LOG_FIELDS.filter(({ recorded }) => recorded !== undefined).flatMap(
  ({ field }) => (field === 'groupId' ? ['group', 'groupId'] : [field]),
) as ImportField[];

export const NEEDED_FIELDS = CALL_LOG_FIELDS.filter(({ recorded }) => recorded === 'required').map(
  ({ field }) => field as NeededField,
);

export function isImportField(name: string): name is ImportField {
  return (IMPORT_FIELDS as string[]).includes(name);
}

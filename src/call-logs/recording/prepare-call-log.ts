import { badUserInput } from '../../graphql/errors.js';
import { MAX_32, parseId32 } from '../../graphql/ids.js';
import { storableJson, storableText } from '../../database/storable-text.js';
import type { Timestamp } from '../../database/timestamp.js';
import {
  CALL_LOG_FIELDS,
  type CALL_LOG_COLUMNS,
  TYPE_OF_KIND,
  type FieldWith,
  type RecordedField,
} from '../call-log-columns.js';
import type { Redaction } from '../../redaction/redactor.js';
import type { RecordCallLogInput } from './record-input.js';

/** What is stored of a value of each kind. */
interface Stored {
  id32: number;
  count: number;
  text: string;
  /** JSON text. */
  json: string;
  status: string;
  time: Timestamp;
}

/** A checked call as it goes into llm_call_logs. */
export type NewCallLog = {
  [Field in RecordedField]:
    | Stored[(typeof CALL_LOG_COLUMNS)[Field]['kind']]
    | (Field extends FieldWith<{ nullable: true }> ? null : never);
};

/** Gives what is stored of a value. @param at path of the call, for messages */
type Check = (value: unknown, at: string, redaction?: Redaction) => Stored[keyof Stored];

function checkOf(field: RecordedField, kind: keyof Stored, maxLength = Infinity): Check {
  switch (kind) {
    case 'id32':
      return (value, at) => parseId32(value as string, `${at}.${field}`);
    case 'count':
      return (value, at) => {
        const count = value as number;
        if (count < 0) throw badUserInput(`${at}.${field}`, `must be 0 or more, not ${count}.`);
        return count;
      };
    case 'text':
      return (value, at, redaction) => {
        const text = storableText(value as string);
        if (text.length > maxLength && Array.from(text).length > maxLength) {
          throw badUserInput(`${at}.${field}`, `must be at most ${maxLength} characters long.`);
        }
        return redaction ? redaction.text(text, maxLength) : text;
      };
    case 'json':
      return (value, at, redaction) => {
        try {
          const json = storableJson(value);
          return redaction ? redaction.json(json) : json;
        } catch (error) {
          throw badUserInput(`${at}.${field}`, (error as RangeError).message);
        }
      };
    case 'status':
    case 'time':
      return (value) => value as string;
  }
}

/** The columns that recording and import write besides the id, and how their values are checked. */
export const NEW_CALL_LOG_COLUMNS = CALL_LOG_FIELDS.flatMap((column) => {
  if (column.recorded === undefined) return [];
  const [field, kind] = [column.field as RecordedField, column.kind as keyof Stored];
  return [
    { field, column: column.sql, type: TYPE_OF_KIND[kind], check: checkOf(field, kind, column.maxLength) },
  ];
});

/**
 * What PostgreSQL itself reads as the moment at which it stores the call, in UTC as all our sessions are: by the clock of
 * the database, whatever that of this server says.
 */
export const NOW: Timestamp = 'now';

/** Every call begins as a copy of this: V8 copies an object faster than it adds one value after the other. */
const NO_VALUES = Object.fromEntries(NEW_CALL_LOG_COLUMNS.map(({ field }) => [field, null]));

/**
 * Checks one call, fills in what may be left out, and replaces its secrets.
 *
 * Whether its group exists is the database's to know, and not checked here.
 *
 * @param at path of the input, such as `input` or `input[3]`, for messages
 * @param redaction replaces the secrets, and counts them; left out where all may stay
 * @throws BAD_USER_INPUT that names the field and what would be right
 */
export function prepareCallLog(input: RecordCallLogInput, at: string, redaction?: Redaction): NewCallLog {
  if (input.requestMessages == null) {
    throw badUserInput(`${at}.requestMessages`, 'must be a JSON value other than null.');
  }
  const values: Record<string, unknown> = { ...NO_VALUES };
  for (const { field, check } of NEW_CALL_LOG_COLUMNS) {
    const value = input[field];
    if (value != null) values[field] = check(value, at, redaction);
  }
  values['callTime'] ??= NOW;
  const call = values as NewCallLog;
  call.tokensUsed ??= sum(call.promptTokens, call.completionTokens, at);
  return call;
}

function sum(promptTokens: number | null, completionTokens: number | null, at: string): number | null {
  if (promptTokens === null || completionTokens === null) return null;
  const tokens = promptTokens + completionTokens;
  if (tokens > MAX_32) {
    throw badUserInput(
      `${at}.tokensUsed`,
      `must be at most ${MAX_32}, but the sum of promptTokens and completionTokens is ${tokens}.`,
    );
  }
  return tokens;
}

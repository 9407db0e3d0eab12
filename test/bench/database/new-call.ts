import { drawBodies, type Body, type BodySize } from './bodies.js';
import type { Message } from '../../../src/demo/conversation.js';
import { YEAR } from './period.js';

/** A call to record, as both GraphQL APIs name what it holds. */
export interface NewCall {
  configId: number;
  groupId: number;
  activationCode: string | null;
  requestMessages: Message[];
  requestParams: Record<string, unknown>;
  responseContent: string;
  responseData: Record<string, unknown>;
  status: 'success';
  tokensUsed: number;
  promptTokens: number;
  completionTokens: number;
  /** In UTC, behind the year of the bench's calls, so that it is known which ones to delete. */
  callTime: string;
  durationMs: number;
}

/** What stands in the columns of a call that is recorded, and their types in PostgreSQL. */
const COLUMNS: readonly [property: keyof NewCall, column: string, type: string][] = [
  ['configId', 'config_id', 'integer'],
  ['groupId', 'group_id', 'integer'],
  ['activationCode', 'activation_code', 'text'],
  ['requestMessages', 'request_messages', 'jsonb'],
  ['requestParams', 'request_params', 'jsonb'],
  ['responseContent', 'response_content', 'text'],
  ['responseData', 'response_data', 'jsonb'],
  ['status', 'status', 'text'],
  ['tokensUsed', 'tokens_used', 'integer'],
  ['promptTokens', 'prompt_tokens', 'integer'],
  ['completionTokens', 'completion_tokens', 'integer'],
  ['callTime', 'call_time', 'timestamp'],
  ['durationMs', 'duration_ms', 'integer'],
];

export const NEW_CALL_PROPERTIES = COLUMNS.map(([property]) => property);

/** The columns that belong to them, for SQL. */
export const NEW_CALL_COLUMNS = COLUMNS.map(([, column]) => column).join(', ');

/** Inserts one call, whose values are texts in the order of the columns. */
export const INSERT_CALL = `
  INSERT INTO llm_call_logs (${NEW_CALL_COLUMNS})
  VALUES (${COLUMNS.map(([, , type], index) => `$${index + 1}::${type}`).join(', ')})`;

/** Inserts any number of calls; there is an array of texts for each column. */
export const INSERT_CALLS = `
  INSERT INTO llm_call_logs (${NEW_CALL_COLUMNS})
  SELECT ${COLUMNS.map(([, column, type]) => `${column}::${type}`).join(', ')}
  FROM unnest(${COLUMNS.map((_, index) => `$${index + 1}::text[]`).join(', ')}) AS calls (${NEW_CALL_COLUMNS})`;

const drawn: Partial<Record<BodySize, Body[]>> = {};

/** Over how many milliseconds behind the year the calls are spread: a quarter of an hour. */
const SPREAD_MS = 900_000;

/** A call like those of the log, the same one for the same number. */
export function newCall(number: number, size: BodySize): NewCall {
  const bodies = (drawn[size] ??= drawBodies(size));
  const body = bodies[number % bodies.length];
  const model = number % 3 === 0 ? 'gpt-4o' : 'gpt-4o-mini';
  const promptTokens = 50 + (number % 700);
  const completionTokens = 10 + (number % 300);
  return {
    configId: 1,
    groupId: 1 + (number % 200),
    activationCode: number % 5 < 3 ? `AC-${String(number % 5000).padStart(5, '0')}` : null,
    requestMessages: body?.messages ?? [],
    requestParams: { model, temperature: 0.2 },
    responseContent: body?.response ?? '',
    responseData: { ...body?.responseData, id: `chatcmpl-${number}`, model },
    status: 'success',
    tokensUsed: promptTokens + completionTokens,
    promptTokens,
    completionTokens,
    callTime: new Date(Date.parse(YEAR.to) + (number % SPREAD_MS)).toISOString(),
    durationMs: 200 + (number % 3000),
  };
}

/** What stands in the columns of a call, as text. */
export function textsOf(call: NewCall): (string | null)[] {
  return NEW_CALL_PROPERTIES.map((property) => {
    const value = call[property];
    if (value === null) return null;
    return typeof value === 'object' ? JSON.stringify(value) : String(value);
  });
}

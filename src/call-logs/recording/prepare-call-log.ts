import { badUserInput } from '../../graphql/errors.js';
import { MAX_32, parseId32 } from '../../graphql/ids.js';
import { fromDate, type Timestamp } from '../../database/timestamp.js';
import type { RecordCallLogInput } from './record-input.js';
import { storableJson, storableText } from '../../database/storable-text.js';

/** A checked call as it goes into llm_call_logs; JSON columns are JSON text. */
export interface NewCallLog {
  configId: number | null;
  templateId: number | null;
  groupId: number | null;
  activationCode: string | null;
  requestMessages: string;
  requestParams: string | null;
  responseContent: string | null;
  responseData: string | null;
  status: string;
  errorMessage: string | null;
  tokensUsed: number | null;
  promptTokens: number | null;
  completionTokens: number | null;
  callTime: Timestamp;
  durationMs: number | null;
}

/** The columns that recording and import write besides the id, with their types; in the table's order. */
export const NEW_CALL_LOG_COLUMNS = [
  { property: 'configId', column: 'config_id', type: 'integer' },
  { property: 'templateId', column: 'template_id', type: 'integer' },
  { property: 'groupId', column: 'group_id', type: 'integer' },
  { property: 'activationCode', column: 'activation_code', type: 'text' },
  { property: 'requestMessages', column: 'request_messages', type: 'jsonb' },
  { property: 'requestParams', column: 'request_params', type: 'jsonb' },
  { property: 'responseContent', column: 'response_content', type: 'text' },
  { property: 'responseData', column: 'response_data', type: 'jsonb' },
  { property: 'status', column: 'status', type: 'text' },
  { property: 'errorMessage', column: 'error_message', type: 'text' },
  { property: 'tokensUsed', column: 'tokens_used', type: 'integer' },
  { property: 'promptTokens', column: 'prompt_tokens', type: 'integer' },
  { property: 'completionTokens', column: 'completion_tokens', type: 'integer' },
  { property: 'callTime', column: 'call_time', type: 'timestamp' },
  { property: 'durationMs', column: 'duration_ms', type: 'integer' },
] as const satisfies { property: keyof NewCallLog; column: string; type: string }[];

/**
 * Checks one call and fills in what may be left out.
 *
 * Whether its group exists is the database's to know, and not checked here.
 *
 * @param at path of the input, such as `input` or `input[3]`, for messages
 * @throws BAD_USER_INPUT that names the field and what would be right
 */
export function prepareCallLog(input: RecordCallLogInput, at: string): NewCallLog {
  const id = (field: 'configId' | 'templateId' | 'groupId') =>
    input[field] == null ? null : parseId32(input[field], `${at}.${field}`);
  const text = (field: 'activationCode' | 'responseContent' | 'errorMessage') =>
    input[field] == null ? null : storableText(input[field]);
  const json = (field: 'requestParams' | 'responseData') =>
    input[field] == null ? null : jsonText(input[field], `${at}.${field}`);
  const count = (field: 'tokensUsed' | 'promptTokens' | 'completionTokens' | 'durationMs') => {
    const value = input[field] ?? null;
    if (value !== null && value < 0) throw badUserInput(`${at}.${field}`, `must be 0 or more, not ${value}.`);
    return value;
  };

  if (input.requestMessages == null) {
    throw badUserInput(`${at}.requestMessages`, 'must be a JSON value other than null.');
  }
  const activationCode = text('activationCode');
  if (activationCode !== null && Array.from(activationCode).length > 32) {
    throw badUserInput(`${at}.activationCode`, 'must be at most 32 characters long.');
  }
  const promptTokens = count('promptTokens');
  const completionTokens = count('completionTokens');
  return {
    configId: id('configId'),
    templateId: id('templateId'),
    groupId: id('groupId'),
    activationCode,
    requestMessages: jsonText(input.requestMessages, `${at}.requestMessages`),
    requestParams: json('requestParams'),
    responseContent: text('responseContent'),
    responseData: json('responseData'),
    status: input.status,
    errorMessage: text('errorMessage'),
    tokensUsed: count('tokensUsed') ?? sum(promptTokens, completionTokens, at),
    promptTokens,
    completionTokens,
    callTime: input.callTime ?? fromDate(new Date()),
    durationMs: count('durationMs'),
  };
}

function sum(promptTokens: number | null, completionTokens: number | null, at: string): number | null {
  if (promptTokens === null || completionTokens === null) return null;
  const tokens = promptTokens + completionTokens;
  if (tokens > MAX_32) {
    throw badUserInput(
      `${at}.tokensUsed`,
      `would be ${tokens}, the sum of its parts; it must be at most ${MAX_32}.`,
    );
  }
  return tokens;
}

function jsonText(value: unknown, argument: string): string {
  try {
    return storableJson(value);
  } catch (error) {
    throw badUserInput(argument, (error as RangeError).message);
  }
}

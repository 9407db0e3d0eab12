/** What a list shows of a call besides its number, its status and its group; both GraphQL APIs name these alike. */
const LISTED =
  'callTime activationCode tokensUsed promptTokens completionTokens durationMs errorMessage' as const;

/** What was said; both GraphQL APIs name these alike, too. */
const BODIES = 'requestMessages requestParams responseContent responseData' as const;

type Names<Text> = Text extends `${infer Name} ${infer Others}` ? Name | Names<Others> : Text;

type Shared = Record<Names<typeof LISTED>, unknown> & Partial<Record<Names<typeof BODIES>, unknown>>;

/** A call in the form that all answers are compared in. */
export interface Call extends Shared {
  id: string;
  status: string;
  groupName: string | undefined;
}

export interface OurCall extends Shared {
  id: string;
  status: string;
  group: { name: string } | null;
}

export interface PostgraphileCall extends Shared {
  rowId: string;
  callTime: string;
  status: string;
  groupByGroupId: { name: string } | null;
}

/** Our fields of a call, for a list or with all that was said. */
export function ourFields(bodies: boolean): string {
  return `id status group { name } ${LISTED} ${bodies ? BODIES : ''}`;
}

/** The same in PostGraphile's API. */
export function postgraphileFields(bodies: boolean): string {
  return `rowId status groupByGroupId { name } ${LISTED} ${bodies ? BODIES : ''}`;
}

/** The same by hand: a select list. */
export function bareColumns(bodies: boolean): string {
  const listed = `
    llm_call_logs.id::text AS "id", status, name AS "groupName",
    to_char(call_time, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "callTime", activation_code AS "activationCode",
    tokens_used AS "tokensUsed", prompt_tokens AS "promptTokens", completion_tokens AS "completionTokens",
    duration_ms AS "durationMs", error_message AS "errorMessage"`;
  return bodies
    ? `${listed}, request_messages AS "requestMessages", request_params AS "requestParams",
    response_content AS "responseContent", response_data AS "responseData"`
    : listed;
}

export function fromOurs({ group, status, ...call }: OurCall): Call {
  return { ...call, status: status.toLowerCase(), groupName: group?.name };
}

export function fromPostgraphile({ rowId, callTime, groupByGroupId, ...call }: PostgraphileCall): Call {
  return { ...call, id: rowId, callTime: toOurTime(callTime), groupName: groupByGroupId?.name };
}

/** PostGraphile writes microseconds, and no Z. */
export function toOurTime(time: string): string {
  return `${time.slice(0, 23)}Z`;
}

/** The model of a call, in SQL; cut, since an index could not hold a text of any length. */
export const MODEL_EXPRESSION = "left(coalesce(request_params ->> 'model', response_data ->> 'model'), 200)";

/** The PostgreSQL type of values of each kind, which says how they are checked, imported and compared. */
export const TYPE_OF_KIND = {
  id64: 'bigint',
  id32: 'integer',
  count: 'integer',
  text: 'text',
  json: 'jsonb',
  status: 'text',
  time: 'timestamp',
} as const;

/** What is known of one value of a call. */
interface CallLogColumn {
  /** The column's name, or the expression of a value that has no column. */
  sql: string;
  kind: keyof typeof TYPE_OF_KIND;
  /** Whether a call may lack it. */
  nullable: boolean;
  /** Whether it must or may be given when a call is recorded or imported; left out where neither. */
  recorded?: 'required' | 'optional';
  /** The most characters of a recorded text. */
  maxLength?: number;
  /** Can be megabytes long, and is read only where it is asked for. */
  isBody?: true;
  /** CallLogFilter has a field for it. */
  filtered?: true;
  /** The dimension of usage that splits calls by it. */
  dimension?: 'status' | 'group' | 'model' | 'config' | 'activationCode';
  /** Its column in the cells of usage, each of which stands for many calls. */
  cell?: string;
}

/**
 * The values of a call by property: every column of llm_call_logs, and the model.
 *
 * Recording, import, filters and orders derive from this table, in whose order an operator is told of the fields. The
 * entity, CallLogFilter and RecordCallLogInput are written out, and a test ties them to it. It imports nothing, so
 * that a command can list fields without loading the application.
 */
export const CALL_LOG_COLUMNS = {
  id: { sql: 'id', kind: 'id64', nullable: false, filtered: true },
  callTime: { sql: 'call_time', kind: 'time', nullable: false, recorded: 'optional', filtered: true },
  status: {
    sql: 'status',
    kind: 'status',
    nullable: false,
    recorded: 'required',
    filtered: true,
    dimension: 'status',
    cell: 'status',
  },
  groupId: {
    sql: 'group_id',
    kind: 'id32',
    nullable: true,
    recorded: 'optional',
    filtered: true,
    dimension: 'group',
    cell: 'group_id',
  },
  configId: {
    sql: 'config_id',
    kind: 'id32',
    nullable: true,
    recorded: 'optional',
    filtered: true,
    dimension: 'config',
    cell: 'config_id',
  },
  templateId: { sql: 'template_id', kind: 'id32', nullable: true, recorded: 'optional', filtered: true },
  activationCode: {
    sql: 'activation_code',
    kind: 'text',
    nullable: true,
    recorded: 'optional',
    maxLength: 32,
    filtered: true,
    dimension: 'activationCode',
  },
  model: {
    sql: MODEL_EXPRESSION,
    kind: 'text',
    nullable: true,
    filtered: true,
    dimension: 'model',
    cell: 'model',
  },
  requestMessages: {
    sql: 'request_messages',
    kind: 'json',
    nullable: false,
    recorded: 'required',
    isBody: true,
  },
  requestParams: {
    sql: 'request_params',
    kind: 'json',
    nullable: true,
    recorded: 'optional',
    filtered: true,
  },
  responseContent: {
    sql: 'response_content',
    kind: 'text',
    nullable: true,
    recorded: 'optional',
    isBody: true,
  },
  responseData: { sql: 'response_data', kind: 'json', nullable: true, recorded: 'optional', isBody: true },
  errorMessage: { sql: 'error_message', kind: 'text', nullable: true, recorded: 'optional', filtered: true },
  tokensUsed: { sql: 'tokens_used', kind: 'count', nullable: true, recorded: 'optional', filtered: true },
  promptTokens: { sql: 'prompt_tokens', kind: 'count', nullable: true, recorded: 'optional', filtered: true },
  completionTokens: {
    sql: 'completion_tokens',
    kind: 'count',
    nullable: true,
    recorded: 'optional',
    filtered: true,
  },
  durationMs: { sql: 'duration_ms', kind: 'count', nullable: true, recorded: 'optional', filtered: true },
} as const satisfies Record<string, CallLogColumn>;

type Columns = typeof CALL_LOG_COLUMNS;

/** The fields of a call of which the table says all of `Facts`, such as `{ kind: 'count'; filtered: true }`. */
export type FieldWith<Facts> = {
  [Field in keyof Columns]: Columns[Field] extends Facts ? Field : never;
}[keyof Columns];

/** A field that is given when a call is recorded or imported. */
export type RecordedField = FieldWith<{ recorded: string }>;

/** The rows of the table, each with its field, in order. */
export const CALL_LOG_FIELDS = Object.entries(CALL_LOG_COLUMNS).map(
  ([field, column]: [string, CallLogColumn]) => ({ ...column, field: field as keyof Columns }),
);

/** The fields whose values can be megabytes long. */
export const BODY_FIELDS: ReadonlySet<string> = new Set(
  CALL_LOG_FIELDS.filter(({ isBody }) => isBody === true).map(({ field }) => field),
);

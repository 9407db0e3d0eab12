/**
 * A plain model of the call log: rows in memory, a filter as a function, totals as sums. Tests compare the
 * server with it; it shares no code with the product.
 */
export interface ModelRow {
  id: string;
  configId: number | null;
  templateId: number | null;
  groupId: number | null;
  activationCode: string | null;
  requestMessages: unknown;
  requestParams: unknown;
  responseContent: string | null;
  responseData: unknown;
  status: 'success' | 'error';
  errorMessage: string | null;
  tokensUsed: number | null;
  promptTokens: number | null;
  completionTokens: number | null;
  /** RFC 3339 in UTC with six decimals, so that texts compare as times do. */
  callTime: string;
  durationMs: number | null;
}

export interface ModelOperators {
  eq?: string | number;
  ne?: string | number;
  in?: (string | number)[];
  notIn?: (string | number)[];
  gt?: number;
  gte?: number;
  lt?: number;
  lte?: number;
  startsWith?: string;
  contains?: string;
  isNull?: boolean;
}

export interface ModelFilter {
  callTime?: { from?: string; to?: string };
  text?: string;
  requestParams?: Record<string, unknown>;
  and?: ModelFilter[];
  or?: ModelFilter[];
  not?: ModelFilter;
  [field: string]: unknown;
}

export function modelOf({ requestParams, responseData }: ModelRow): string | null {
  return memberText(requestParams, 'model') ?? memberText(responseData, 'model');
}

function memberText(value: unknown, name: string): string | null {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return null;
  const member = (value as Record<string, unknown>)[name] ?? null;
  return typeof member === 'string' || member === null ? member : JSON.stringify(member);
}

export function matches(row: ModelRow, filter: ModelFilter): boolean {
  return Object.entries(filter).every(([field, condition]) => {
    switch (field) {
      case 'and':
        return (condition as ModelFilter[]).every((part) => matches(row, part));
      case 'or':
        return (condition as ModelFilter[]).some((part) => matches(row, part));
      case 'not':
        return !matches(row, condition as ModelFilter);
      case 'callTime': {
        const { from, to } = condition as { from?: string; to?: string };
        return (from === undefined || row.callTime >= from) && (to === undefined || row.callTime < to);
      }
      case 'text':
        return textOf(row).some((piece) => piece.toLowerCase().includes((condition as string).toLowerCase()));
      case 'requestParams':
        return containsJson(row.requestParams, condition);
      case 'model':
        return matchesOperators(modelOf(row), condition as ModelOperators);
      default:
        return matchesOperators(
          row[field as keyof ModelRow] as string | number | null,
          condition as ModelOperators,
        );
    }
  });
}

function matchesOperators(value: string | number | null, operators: ModelOperators): boolean {
  const text = (other: string | number) => String(other).toLowerCase();
  // Enum values are upper case in the API and lower case in the table; ids are texts here and numbers there.
  const same = (other: string | number) =>
    value !== null &&
    (typeof value === 'number' || value === 'success' || value === 'error'
      ? text(value) === text(other)
      : value === other);
  return Object.entries(operators).every(([operator, operand]) => {
    switch (operator) {
      case 'eq':
        return same(operand as string);
      case 'ne':
        return !same(operand as string);
      case 'in':
        return (operand as string[]).some(same);
      case 'notIn':
        return !(operand as string[]).some(same);
      case 'gt':
        return value !== null && Number(value) > operand;
      case 'gte':
        return value !== null && Number(value) >= operand;
      case 'lt':
        return value !== null && Number(value) < operand;
      case 'lte':
        return value !== null && Number(value) <= operand;
      case 'startsWith':
        return value !== null && String(value).startsWith(operand as string);
      case 'contains':
        return value !== null && String(value).includes(operand as string);
      case 'isNull':
        return (value === null) === operand;
      default:
        throw new Error(`The model knows no operator ${operator}.`);
    }
  });
}

/** The texts that a search looks into. */
/** The pieces of the text of a call that are searched, in no certain order. */
export function textOf({
  requestMessages,
  responseContent,
  responseData,
}: Pick<ModelRow, 'requestMessages' | 'responseContent' | 'responseData'>): string[] {
  return [
    ...strings(requestMessages),
    responseContent ?? '',
    ...(responseContent === null ? strings(responseData) : []),
  ];
}

function strings(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(strings);
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, member]) =>
    typeof member === 'string' && (key === 'role' || key === 'type') ? [] : strings(member),
  );
}

/** JSON containment as jsonb @> has it, as far as the tests' values go. */
function containsJson(whole: unknown, part: unknown): boolean {
  if (part === null || typeof part !== 'object') return whole === part;
  if (whole === null || typeof whole !== 'object' || Array.isArray(whole) !== Array.isArray(part))
    return false;
  return Object.entries(part).every(([key, member]) =>
    containsJson((whole as Record<string, unknown>)[key], member),
  );
}

export function totalsOf(rows: ModelRow[]) {
  const sum = (field: 'tokensUsed' | 'promptTokens' | 'completionTokens') =>
    rows.reduce((total, row) => total + (row[field] ?? 0), 0);
  const mean = (field: 'tokensUsed' | 'durationMs') => {
    const values = rows.map((row) => row[field]).filter((value) => value !== null);
    return values.length === 0 ? null : values.reduce((total, value) => total + value, 0) / values.length;
  };
  const times = rows.map((row) => row.callTime).sort();
  const errors = rows.filter((row) => row.status === 'error').length;
  const milliseconds = (time: string | undefined) => (time === undefined ? null : `${time.slice(0, 23)}Z`);
  return {
    calls: rows.length,
    successes: rows.length - errors,
    errors,
    errorRate: rows.length === 0 ? null : errors / rows.length,
    tokensUsed: sum('tokensUsed'),
    promptTokens: sum('promptTokens'),
    completionTokens: sum('completionTokens'),
    averageTokensUsed: mean('tokensUsed'),
    averageDurationMs: mean('durationMs'),
    median: percentile(rows, 0.5),
    p95: percentile(rows, 0.95),
    firstCallTime: milliseconds(times.at(0)),
    lastCallTime: milliseconds(times.at(-1)),
  };
}

/** Linear interpolation between the closest ranks. */
function percentile(rows: ModelRow[], p: number): number | null {
  const values = rows
    .map((row) => row.durationMs)
    .filter((value) => value !== null)
    .sort((one, other) => one - other);
  const rank = p * (values.length - 1);
  const low = values[Math.floor(rank)];
  const high = values[Math.ceil(rank)];
  return low === undefined || high === undefined ? null : low + (high - low) * (rank - Math.floor(rank));
}

/** The orders of a list. */
export const ORDERS = [
  'CALL_TIME_DESC',
  'CALL_TIME_ASC',
  'TOKENS_USED_DESC',
  'TOKENS_USED_ASC',
  'DURATION_MS_DESC',
  'DURATION_MS_ASC',
];

/** Ids in one of the orders of a list: rows with no value last, ties by id in the same direction. */
export function idsInOrder(rows: ModelRow[], order: string): string[] {
  const direction = order.endsWith('_DESC') ? -1 : 1;
  const value = (row: ModelRow) =>
    order.startsWith('CALL_TIME')
      ? row.callTime
      : order.startsWith('TOKENS')
        ? row.tokensUsed
        : row.durationMs;
  const compare = (one: ModelRow, other: ModelRow) => {
    const [a, b] = [value(one), value(other)];
    if (a === null && b !== null) return 1;
    if (b === null && a !== null) return -1;
    if (a !== null && b !== null && a !== b) return a < b ? -direction : direction;
    return Number(one.id) < Number(other.id) ? -direction : direction;
  };
  return [...rows].sort(compare).map((row) => row.id);
}

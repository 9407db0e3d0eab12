import stored from './api-use.json' with { type: 'json' };

/** The fields that use a column, as sorted paths such as `CallLog.tokensUsed` or `Mutation.recordCallLog`. */
export interface ColumnUse {
  /** Fields that read it, among them input fields that compare it. */
  readBy: string[];
  writtenBy: string[];
  /** Fields that hand out its value, whole or, where a statement cuts it, in part. */
  servedBy: string[];
}

/** The columns of one table that a field of Query or Mutation uses, with everything that can be selected below it. */
export interface RootUse {
  /** Such as `Query.callLogs`. */
  field: string;
  reads: string[];
  writes: string[];
}

/** How the API uses a table. */
export interface TableUse {
  /** Every column of the entity, and any other that a statement names. */
  columns: Map<string, ColumnUse>;
  roots: RootUse[];
}

/** Which fields of the API use which columns; found out from what resolvers do, not from any list. */
export interface ApiUse {
  /** The tables of the entities, and any other that a resolver touches. */
  tables: Map<string, TableUse>;
  /** Fields of types of entities that read nothing and never have a value: a client gets null or an error. */
  fieldsWithoutColumn: string[];
  /** Statements that PostgreSQL's parser could not read, with the field that sent them. */
  unparsed: { field: string; statement: string }[];
}

/** The same as JSON has it. */
interface StoredApiUse extends Omit<ApiUse, 'tables'> {
  tables: Record<string, { columns: Record<string, ColumnUse>; roots: RootUse[] }>;
}

/** How the API of this version uses the database, as `npm run api-use` found it. */
export const API_USE: ApiUse = read(stored);

function read({ tables, ...others }: StoredApiUse): ApiUse {
  const entries = Object.entries(tables).map(
    ([name, { columns, roots }]) => [name, { columns: new Map(Object.entries(columns)), roots }] as const,
  );
  return { tables: new Map(entries), ...others };
}

/** As api-use.json keeps it. */
export function printApiUse({ tables, ...others }: ApiUse): string {
  const entries = [...tables].map(
    ([name, { columns, roots }]) => [name, { columns: Object.fromEntries(columns), roots }] as const,
  );
  const printed: StoredApiUse = { tables: Object.fromEntries(entries), ...others };
  return `${JSON.stringify(printed, null, 2)}\n`;
}

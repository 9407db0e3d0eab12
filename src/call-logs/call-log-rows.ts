import { JsonType } from '@mikro-orm/postgresql';
import DataLoader from 'dataloader';
import { sql, type RawBuilder } from 'kysely';
import type { Database } from '../database/database.js';
import { PREPARED } from '../database/prepared.js';
import type { Context } from '../graphql/context.js';
import { JsonText } from '../graphql/json-text.js';
import { CallLog, MODEL_EXPRESSION } from './call-log.js';
import { MAX_TOGETHER } from './filter-size.js';

/** A statement to read calls with. */
export interface CallLogQuery {
  /** The fields of CallLog to read; the rows have no others. */
  fields: ReadonlySet<string>;
  /** What follows WHERE. */
  where: RawBuilder<unknown>;
  /** Whether it is likely to be over soon, with the same plan for all its values. */
  isQuick: boolean;
}

/**
 * Reads calls. Queries of one request that come together, such as one for each of many groups, become one
 * statement.
 */
export async function readRows(context: Context, query: CallLogQuery): Promise<CallLog[]> {
  const rows = await context.once(queryLoader).load(query);
  if (query.fields.has('group')) for (const row of rows) attachGroup(row);
  for (const field of JSON_FIELDS) if (query.fields.has(field)) for (const row of rows) keepText(row, field);
  return rows;
}

function queryLoader(context: Context): DataLoader<CallLogQuery, CallLog[]> {
  return new DataLoader<CallLogQuery, CallLog[]>(
    async (queries) => {
      const results = new Map<CallLogQuery, CallLog[] | Error>();
      // Only what reads the same columns fits into one statement.
      const alike = Map.groupBy(queries, ({ fields }) => [...fields].sort().join());
      await Promise.all(
        [...alike.values()].map(async (together) => {
          const answers = await runTogether(context, together).catch((error: unknown) => error as Error);
          for (const [index, query] of together.entries()) {
            results.set(query, answers instanceof Error ? answers : (answers[index] ?? []));
          }
        }),
      );
      return queries.map((query) => results.get(query) ?? []);
    },
    { cache: false, maxBatchSize: MAX_TOGETHER },
  );
}

async function runTogether(context: Context, queries: CallLogQuery[]): Promise<CallLog[][]> {
  const selects = queries.map(({ fields, where }) => {
    const columns = columnsOf(context, fields);
    return sql`SELECT ${columns} FROM llm_call_logs ${fields.has('group') ? WITH_GROUPS : NOTHING} WHERE ${where}`;
  });
  const [only] = selects;
  if (only && selects.length === 1) {
    const select = queries[0]?.isQuick
      ? sql<CallLog>`${PREPARED} ${only}`.execute(context.quickSql)
      : sql<CallLog>`${only}`.execute(context.sql);
    return [(await select).rows];
  }
  // UNION ALL keeps no order: each row says which query it answers, and where in the answer it stands.
  const numbered = selects.map(
    (select, index) => sql`SELECT calls.*, ${index}::integer AS query, row_number() OVER () AS place
      FROM (${select}) AS calls`,
  );
  const union = sql<CallLog & { query: number; place: string }>`${sql.join(numbered, sql` UNION ALL `)}`;
  const { rows } = await union.execute(context.sql);
  rows.sort((one, other) => one.query - other.query || Number(one.place) - Number(other.place));
  const answers = Map.groupBy(rows, ({ query }) => query);
  return queries.map((_, index) => answers.get(index) ?? []);
}

/** Keeps the order of the calls, and their columns' names for themselves. */
const WITH_GROUPS = sql`
  LEFT JOIN (SELECT id AS group_key, name AS "groupName" FROM groups) AS their_groups ON group_key = group_id`;
const NOTHING = sql``;

/** The columns that serve the fields: a body can be megabytes, and is read only when it is asked for. */
function columnsOf(context: Context, fields: ReadonlySet<string>): RawBuilder<unknown> {
  const made = context.shared(madeColumns);
  const known = made.get(fields);
  if (known) return known;
  const columns = context.shared(callLogColumns);
  const wanted = new Set(['id', ...fields]);
  if (wanted.has('group')) wanted.add('groupId');
  const list = sql.raw([...wanted].flatMap((name) => columns.get(name) ?? []).join(', '));
  made.set(fields, list);
  return list;
}

/** A query that comes again asks for the same set of fields. */
function madeColumns(): WeakMap<ReadonlySet<string>, RawBuilder<unknown>> {
  return new WeakMap();
}

/** By field, what to select for it. */
function callLogColumns({ orm }: Database): ReadonlyMap<string, string> {
  const { properties } = orm.getMetadata(CallLog);
  const columns = Object.values(properties).map(({ name, fieldNames, customType }): [string, string] => {
    const column = `"${fieldNames[0]}"`;
    return [name, `${column}${customType instanceof JsonType ? '::text' : ''} AS "${name}"`];
  });
  return new Map([...columns, ['model', `${MODEL_EXPRESSION} AS model`], ['group', '"groupName"']]);
}

function attachGroup(row: CallLog & { groupName?: string | null }): void {
  const { groupId, groupName } = row;
  row.group = groupId === null || groupName == null ? null : { id: groupId, name: groupName };
}

export const JSON_FIELDS = ['requestMessages', 'requestParams', 'responseData'] as const;

function keepText(row: CallLog, field: (typeof JSON_FIELDS)[number]): void {
  const text = row[field] as string | null;
  if (text === null) return;
  // Another program may write JSON's null for no messages, which the field does not allow.
  row[field] = text === 'null' ? (field === 'requestMessages' ? [] : null) : new JsonText(text);
}

import DataLoader from 'dataloader';
import { sql, type RawBuilder } from 'kysely';
import type { Positioned } from '../graphql/connection.js';
import type { Context } from '../graphql/context.js';
import { groupLoader } from '../groups/group-loader.js';
import { CallLog } from './call-log.js';
import { MODEL, type Predicate } from './filter-operators.js';
import { MAX_TOGETHER } from './filter-size.js';

/** A call with the properties that were asked for, and its place in the order of its list. */
export type CallLogRow = CallLog & Positioned;

/** A statement to read calls with. */
export interface CallLogQuery {
  /** The fields of CallLog to read; the rows have no others. */
  fields: ReadonlySet<string>;
  /** What the order sorts by, as text. */
  cursorValue: Predicate;
  /** What follows WHERE. */
  where: RawBuilder<unknown>;
}

/**
 * Reads calls. Queries of one request that come together, such as one for each of many groups, become one
 * statement.
 */
export async function readRows(context: Context, query: CallLogQuery): Promise<CallLogRow[]> {
  const rows = await context.once(queryLoader).load(query);
  if (query.fields.has('group')) await attachGroups(context, rows);
  // Another program may write JSON's null for no messages, which the field does not allow.
  if (query.fields.has('requestMessages')) for (const row of rows) row.requestMessages ??= [];
  return rows;
}

function queryLoader(context: Context): DataLoader<CallLogQuery, CallLogRow[]> {
  return new DataLoader<CallLogQuery, CallLogRow[]>(
    async (queries) => {
      const results = new Map<CallLogQuery, CallLogRow[] | Error>();
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

async function runTogether(context: Context, queries: CallLogQuery[]): Promise<CallLogRow[][]> {
  const selects = queries.map(
    ({ fields, cursorValue, where }) =>
      sql<CallLogRow>`SELECT ${columnsOf(context, fields)}, ${cursorValue} AS "cursorValue" FROM llm_call_logs WHERE ${where}`,
  );
  const [only] = selects;
  if (only && selects.length === 1) return [(await only.execute(context.sql)).rows];
  // UNION ALL keeps no order: each row says which query it answers, and where in the answer it stands.
  const numbered = selects.map(
    (select, index) => sql`SELECT calls.*, ${index}::integer AS query, row_number() OVER () AS place
      FROM (${select}) AS calls`,
  );
  const union = sql<CallLogRow & { query: number; place: string }>`${sql.join(numbered, sql` UNION ALL `)}`;
  const { rows } = await union.execute(context.sql);
  rows.sort((one, other) => one.query - other.query || Number(one.place) - Number(other.place));
  const answers = Map.groupBy(rows, ({ query }) => query);
  return queries.map((_, index) => answers.get(index) ?? []);
}

/** The columns that serve the fields: a body can be megabytes, and is read only when it is asked for. */
function columnsOf(context: Context, fields: ReadonlySet<string>): RawBuilder<unknown> {
  const { properties } = context.database.orm.getMetadata(CallLog);
  const wanted = new Set(['id', ...fields]);
  if (wanted.has('group')) wanted.add('groupId');
  const columns = [...wanted].flatMap((name) => {
    if (name === 'model') return [sql`${MODEL} AS model`];
    const property = Object.hasOwn(properties, name)
      ? properties[name as keyof typeof properties]
      : undefined;
    if (!property || name === 'group') return [];
    return [sql`${sql.ref(property.fieldNames[0] ?? name)} AS ${sql.ref(name)}`];
  });
  return sql.join(columns);
}

/** Loads the groups of a page at once, so that no row waits for its own. */
async function attachGroups(context: Context, rows: CallLogRow[]): Promise<void> {
  const ids = [...new Set(rows.map((row) => row.groupId).filter((id) => id !== null))];
  const loader = context.once(groupLoader);
  const groups = new Map((await loader.loadMany(ids)).map((group, index) => [ids[index], group]));
  for (const row of rows) {
    const group = row.groupId === null ? null : groups.get(row.groupId);
    if (group instanceof Error) throw group;
    row.group = group ?? null;
  }
}

import DataLoader from 'dataloader';
import { sql, type RawBuilder } from 'kysely';
import { prepared } from '../database/prepared.js';
import type { CallerContext } from '../access/caller.js';
import { MAX_TOGETHER } from './filter-size.js';

/** A statement to read calls with. */
export interface CallLogQuery {
  /** The same for statements that give the same columns. */
  key: string;
  select: RawBuilder<unknown>;
  /** Whether one plan is the best for it, whatever its values. */
  onePlan: boolean;
  /** Whether it is likely to be over soon, too. */
  isQuick: boolean;
}

/**
 * Reads calls. Queries of one request that come together, such as one for each of many groups, become one
 * statement.
 */
export async function readRows<Row>(context: CallerContext, query: CallLogQuery): Promise<Row[]> {
  return (await context.once(queryLoader).load(query)) as Row[];
}

function queryLoader(context: CallerContext): DataLoader<CallLogQuery, unknown[]> {
  return new DataLoader<CallLogQuery, unknown[]>(
    async (queries) => {
      const results = new Map<CallLogQuery, unknown[] | Error>();
      // Only what reads the same columns fits into one statement.
      const alike = Map.groupBy(queries, ({ key }) => key);
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

async function runTogether(context: CallerContext, queries: CallLogQuery[]): Promise<unknown[][]> {
  const [only] = queries;
  if (only && queries.length === 1) {
    const { select, onePlan, isQuick } = only;
    const statement = onePlan ? prepared('calls', sql`${select}`) : sql`${select}`;
    return [(await statement.execute(isQuick ? context.quickSql : context.sql)).rows];
  }
  // UNION ALL keeps no order: each row says which query it answers, and where in the answer it stands.
  const numbered = queries.map(
    ({ select }, index) => sql`SELECT calls.*, ${index}::integer AS query, row_number() OVER () AS place
      FROM (${select}) AS calls`,
  );
  const union = sql<{ query: number; place: string }>`${sql.join(numbered, sql` UNION ALL `)}`;
  const { rows } = await union.execute(context.sql);
  rows.sort((one, other) => one.query - other.query || Number(one.place) - Number(other.place));
  const answers = Map.groupBy(rows, ({ query }) => query);
  return queries.map((_, index) => answers.get(index) ?? []);
}

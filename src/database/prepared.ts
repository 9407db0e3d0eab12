import { hash } from 'node:crypto';
import type { CompiledQuery, QueryExecutorProvider, QueryResult, RawBuilder } from 'kysely';

/** Statements of one name that are kept; each takes memory of every connection. */
const MAX_KEPT = 100;

/**
 * SQLSTATE feature_not_supported, where a column has another type now; behind a pooler that hands connections on,
 * invalid_sql_statement_name where another client's connection was given, and duplicate_prepared_statement.
 */
const NOT_KEPT = new Set(['0A000', '26000', '42P05']);

/** By name, the names of its texts. They are never forgotten, as connections do not forget them either. */
const kept = new Map<string, Map<string, string>>();

/** A statement that can be run. */
export interface Runnable<Row> {
  execute(provider: QueryExecutorProvider): Promise<QueryResult<Row>>;
}

/**
 * A statement that connections are to keep prepared, so that it is planned once and not each time. Only for one whose
 * best plan is the same for all values, and whose texts are few.
 *
 * @param name says in pg_prepared_statements what it is
 */
export function prepared<Row>(name: string, statement: RawBuilder<Row> | CompiledQuery<Row>): Runnable<Row> {
  return {
    async execute(provider) {
      const query = 'compile' in statement ? statement.compile(provider) : statement;
      const executor = provider.getExecutor();
      const keptName = nameOf(name, query.sql);
      if (keptName === undefined) return executor.executeQuery(query);
      try {
        return await executor.executeQuery(withName(query, keptName));
      } catch (error) {
        if (!NOT_KEPT.has((error as { code?: string }).code ?? '')) throw error;
        return executor.executeQuery(query);
      }
    },
  };
}

/** Undefined where enough are kept. */
function nameOf(name: string, text: string): string | undefined {
  let names = kept.get(name);
  if (!names) kept.set(name, (names = new Map<string, string>()));
  if (names.size < MAX_KEPT && !names.has(text)) names.set(text, `${name} ${hash('md5', text)}`);
  return names.get(text);
}

/** Kysely hands the text of a statement on as it is, and `pg` takes one with a name in its place. */
function withName<Row>(query: CompiledQuery<Row>, name: string): CompiledQuery<Row> {
  return { ...query, sql: { name, text: query.sql } as unknown as string };
}

/** The text of a query, with a name or without. */
export function textOf({ sql }: CompiledQuery): string {
  return typeof sql === 'string' ? sql : (sql as { text: string }).text;
}

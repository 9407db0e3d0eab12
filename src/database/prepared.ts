import { hash } from 'node:crypto';
import { Client, type QueryResult } from 'pg';
import { sql } from 'kysely';

const MARK = '/* prepared */';

/**
 * Begins a statement that connections are to keep prepared, so that it is planned once and not each time. Only for
 * one whose best plan is the same for all values.
 */
export const PREPARED = sql.raw(MARK);

/** Statements that are kept, of all connections together; each takes memory of every one of them. */
const MOST = 100;

/** SQLSTATE feature_not_supported, where a column has another type now; invalid_sql_statement_name, behind a pooler. */
const FORGOTTEN = new Set(['0A000', '26000']);

const kept = new Set<string>();

/** A connection that keeps statements prepared that begin with {@link PREPARED}. */
export class PreparingClient extends Client {
  override query = ((...given: [text: unknown, values?: unknown[]]) => {
    const [text, values] = given;
    const run = super.query.bind(this) as (...asked: unknown[]) => Promise<QueryResult>;
    if (typeof text !== 'string' || !isKept(text)) return run(...given);
    return run({ name: hash('md5', text), text, values }).catch((error: unknown) => {
      if (!FORGOTTEN.has((error as { code?: string }).code ?? '')) throw error;
      return run(text, values);
    });
  }) as Client['query'];
}

function isKept(text: string): boolean {
  if (!text.startsWith(MARK)) return false;
  if (kept.size < MOST) kept.add(text);
  return kept.has(text);
}

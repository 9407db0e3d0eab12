import { hash } from 'node:crypto';
import type { Client, QueryResult } from 'pg';
import { sql } from 'kysely';
import { ByteClient } from './byte-client.js';

/** {@link PREPARED}, for a statement whose text is put together once. */
export const PREPARED_MARK = '/* prepared */';

/**
 * Begins a statement that connections are to keep prepared, so that it is planned once and not each time. Only for
 * one whose best plan is the same for all values.
 */
export const PREPARED = sql.raw(PREPARED_MARK);

/** Statements that are kept, of all connections together; each takes memory of every one of them. */
const MOST = 100;

/** SQLSTATE feature_not_supported, where a column has another type now; invalid_sql_statement_name, behind a pooler. */
const FORGOTTEN = new Set(['0A000', '26000']);

/** By text, their names. */
const kept = new Map<string, string>();

/** A connection that keeps statements prepared that begin with {@link PREPARED}. */
export class PreparingClient extends ByteClient {
  override query = ((...given: [text: unknown, values?: unknown[]]) => {
    const [text, values] = given;
    const run = super.query.bind(this) as (...asked: unknown[]) => Promise<QueryResult>;
    const name = typeof text === 'string' ? nameOf(text) : undefined;
    if (name === undefined) return run(...given);
    return run({ name, text, values }).catch((error: unknown) => {
      if (!FORGOTTEN.has((error as { code?: string }).code ?? '')) throw error;
      return run(text, values);
    });
  }) as Client['query'];
}

/** Undefined for a statement that is not to be kept. */
function nameOf(text: string): string | undefined {
  if (!text.startsWith(PREPARED_MARK)) return undefined;
  if (kept.size < MOST && !kept.has(text)) kept.set(text, hash('md5', text));
  return kept.get(text);
}

import { sql, type Kysely } from 'kysely';

/** What a call may have to wait for while others need not. */
export type Hindrance = { kind: 'group'; groupId?: number } | { kind: 'key' } | { kind: 'table' };

/**
 * What a statement waited for in vain, by what PostgreSQL tells of its place: the names of tables and of the statement
 * that checks a foreign key are the same in every language.
 */
export async function hindranceOf(kysely: Kysely<unknown>, error: unknown): Promise<Hindrance> {
  const { where = '' } = error as { where?: string };
  const [, row] = /\((\d+,\d+)\)/.exec(where) ?? [];
  if (where.includes('FOR KEY SHARE')) {
    if (row === undefined) return { kind: 'group' };
    const { rows } = await sql<{ id: number }>`
      SELECT id FROM groups WHERE ctid = ${`(${row})`}::tid`.execute(kysely);
    return rows[0] ? { kind: 'group', groupId: rows[0].id } : { kind: 'group' };
  }
  return row !== undefined && where.includes('llm_call_log_idempotency_keys')
    ? { kind: 'key' }
    : { kind: 'table' };
}

import { sql, type Kysely } from 'kysely';
import { NEW_CALL_LOG_COLUMNS, NOW } from './prepare-call-log.js';
import type { NumberedCallLog } from './insert-call-logs.js';

/** What was recorded in a call's place: the call itself, or another one under its key. */
export type Earlier = { id: string } | 'other content';

/**
 * Finds what keeps calls from being inserted.
 *
 * @returns for each call, by its id, which call was recorded in its place
 */
export async function findEarlierCalls(
  kysely: Kysely<unknown>,
  calls: readonly NumberedCallLog[],
): Promise<Map<string, Earlier>> {
  const found = new Map<string, Earlier>();
  const keyed = calls.flatMap(({ idempotency }) => idempotency ?? []);
  if (keyed.length > 0) {
    // A content is the hash of its key as well, so that it cannot be that of another one's call.
    const { rows } = await sql<{ key: string; id: string; isSame: boolean }>`
      SELECT key, call_log_id AS id,
        content IS NULL OR content = ANY(${keyed.map(({ content }) => content)}) AS "isSame"
      FROM llm_call_log_idempotency_keys WHERE key = ANY(${keyed.map(({ key }) => key)})`.execute(kysely);
    const heldBy = new Map(rows.map((row) => [row.key, row]));
    for (const { id, idempotency } of calls) {
      const held = idempotency && heldBy.get(idempotency.key);
      if (held) found.set(id, held.isSame ? { id: held.id } : 'other content');
    }
  }
  for (const call of calls.filter(({ idempotency }) => idempotency === null)) {
    if (await isThere(kysely, call)) found.set(call.id, { id: call.id });
  }
  return found;
}

/** Whether the call itself has its number: after a failover, the same number may be given to another one. */
async function isThere(kysely: Kysely<unknown>, { id, callLog }: NumberedCallLog): Promise<boolean> {
  const same = NEW_CALL_LOG_COLUMNS.flatMap(({ field, column, type }) =>
    callLog[field] === NOW
      ? []
      : [sql`${sql.ref(column)} IS NOT DISTINCT FROM ${callLog[field]}::${sql.raw(type)}`],
  );
  const { rows } = await sql`
    SELECT FROM llm_call_logs WHERE id = ${id}::bigint AND ${sql.join(same, sql` AND `)}`.execute(kysely);
  return rows.length > 0;
}

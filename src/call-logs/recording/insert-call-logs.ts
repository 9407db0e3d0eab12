import { CompiledQuery, type Kysely } from 'kysely';
import { prepared } from '../../database/prepared.js';
import { LIFETIME_HOURS, type Idempotency } from './idempotency.js';
import { NEW_CALL_LOG_COLUMNS, type NewCallLog } from './prepare-call-log.js';

/** A call with the number that it is to have. */
export interface NumberedCallLog {
  id: string;
  callLog: NewCallLog;
  idempotency: Idempotency | null;
}

/** A column as it is written. */
interface Column {
  column: string;
  type: string;
  of: (call: NumberedCallLog) => unknown;
}

const WRITTEN: Column[] = [
  { column: 'id', type: 'bigint', of: ({ id }) => id },
  ...NEW_CALL_LOG_COLUMNS.map(({ field, column, type }): Column => ({
    column,
    type,
    of: ({ callLog }) => callLog[field],
  })),
];

const KEY: Column = { column: 'key', type: 'text', of: ({ idempotency }) => idempotency?.key ?? null };
const CONTENT: Column = {
  column: 'content',
  type: 'text',
  of: ({ idempotency }) => idempotency?.content ?? null,
};

const namesOf = (columns: Column[]) => columns.map(({ column }) => column).join(', ');

/** A list for each column, read as rows; JSON is text until then, since an array of jsonb would be parsed twice. */
function rowsOf(columns: Column[], others: Column[] = []): string {
  const given = ({ type }: Column, index: number) => `$${index + 1}::${type === 'jsonb' ? 'text' : type}[]`;
  const all = [...columns, ...others];
  return `unnest(${all.map(given).join(', ')}) WITH ORDINALITY AS calls (${namesOf(all)}, place)`;
}

const castOf = (columns: Column[]) => columns.map(({ column, type }) => `${column}::${type}`).join(', ');

/** What inserts calls, all or none, and gives the ids of those that it inserted. Its text is made once. */
interface Insertion {
  text: string;
  valuesOf: (calls: readonly NumberedCallLog[]) => unknown[];
}

/** One call alone is cheaper to read as plain values. */
const ONE: Insertion = {
  text: `INSERT INTO llm_call_logs (${namesOf(WRITTEN)})
    VALUES (${WRITTEN.map(({ type }, index) => `$${index + 1}::${type}`).join(', ')}) RETURNING id`,
  valuesOf: ([call]) => (call ? WRITTEN.map(({ of }) => of(call)) : []),
};

const listsOf = (columns: Column[]) => (calls: readonly NumberedCallLog[]) =>
  columns.map(({ of }) => calls.map(of));

const MANY: Insertion = {
  text: `INSERT INTO llm_call_logs (${namesOf(WRITTEN)})
    SELECT ${castOf(WRITTEN)} FROM ${rowsOf(WRITTEN)} ORDER BY place RETURNING id`,
  valuesOf: listsOf(WRITTEN),
};

const NUMBER = 1;
const KEY_PLACE = WRITTEN.length + 1;
const CONTENT_PLACE = WRITTEN.length + 2;

/**
 * Claims the keys of the calls, and inserts those whose key was free and whose number is. A statement that claims the
 * same key at the same time is waited for; keys come in their order, so that two never wait for each other.
 */
const CAREFUL: Insertion = {
  text: `WITH claimed AS (
      INSERT INTO llm_call_log_idempotency_keys AS held (key, call_log_id, content, created_at)
      SELECT key, id, content, now() AT TIME ZONE 'UTC'
      FROM unnest($${NUMBER}::bigint[], $${KEY_PLACE}::text[], $${CONTENT_PLACE}::text[]) AS wanted (id, key, content)
      WHERE key IS NOT NULL ORDER BY key
      ON CONFLICT (key) DO UPDATE
        SET call_log_id = excluded.call_log_id, content = excluded.content, created_at = excluded.created_at
        WHERE held.created_at <= excluded.created_at - make_interval(hours => ${LIFETIME_HOURS})
      RETURNING key
    )
    INSERT INTO llm_call_logs (${namesOf(WRITTEN)})
    SELECT ${castOf(WRITTEN)} FROM ${rowsOf(WRITTEN, [KEY, CONTENT])}
    WHERE key IS NULL OR key IN (SELECT key FROM claimed) ORDER BY place
    ON CONFLICT (id) DO NOTHING RETURNING id`,
  valuesOf: listsOf([...WRITTEN, KEY, CONTENT]),
};

/**
 * Inserts calls, all or none, in one statement.
 *
 * @param mayBeThere whether an answer for one of them was lost, so that it may have been inserted before
 * @returns the ids of those that were inserted now; the others were recorded before, or share a key with one that was
 */
export async function insertCallLogs(
  kysely: Kysely<unknown>,
  calls: readonly NumberedCallLog[],
  mayBeThere: boolean,
): Promise<Set<string>> {
  const isPlain = !mayBeThere && calls.every(({ idempotency }) => idempotency === null);
  const { text, valuesOf } = !isPlain ? CAREFUL : calls.length === 1 ? ONE : MANY;
  const query = CompiledQuery.raw(text, valuesOf(calls)) as CompiledQuery<{ id: string }>;
  const { rows } = await prepared('new calls', query).execute(kysely);
  return new Set((isPlain ? calls : rows).map(({ id }) => id));
}

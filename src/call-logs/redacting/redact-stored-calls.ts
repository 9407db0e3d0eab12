import { sql, type Kysely } from 'kysely';
import type { Database } from '../../database/database.js';
import type { Redaction, Redactor } from '../../redaction/redactor.js';
import { CALL_LOG_FIELDS } from '../call-log-columns.js';

/** How far a redaction of the log is. */
export interface RedactionProgress {
  /** Calls looked at. */
  calls: number;
  /** Those among them that have, or had, a secret. */
  redacted: number;
  /** Number of the last one. */
  last: string;
  /** Number of the last one that there is to look at. */
  end: string;
}

/** A batch ends with the call that exceeds either. The size is that on disk, which may be a tenth of the texts'. */
const MAX_CALLS = 500;
const MAX_BYTES = 4 * 1024 * 1024;

const COLUMNS = CALL_LOG_FIELDS.filter(
  ({ recorded, kind }) => recorded !== undefined && (kind === 'text' || kind === 'json'),
).map(({ sql: column, kind, maxLength = Infinity }) => ({ column, isJson: kind === 'json', maxLength }));

/** The texts of a call by column, and which state of its row they are from. */
interface Row {
  [column: string]: string | null;
  id: string;
  version: string;
}

/**
 * Goes over the calls that are in the log when it begins, in the order of their numbers, some at a time. Each batch is
 * written by one statement, so that nobody waits for long, and what is done stays done. What another program writes into
 * a call meanwhile is kept.
 *
 * @param after number of the call behind which to begin
 * @param apply whether to replace secrets; otherwise they are only counted
 * @yields after every batch
 */
export async function* redactStoredCalls(
  { sql: kysely }: Database,
  redactor: Redactor,
  after: string,
  apply: boolean,
): AsyncGenerator<RedactionProgress> {
  const newest = await sql<{ end: string | null }>`SELECT max(id) AS end FROM llm_call_logs`.execute(kysely);
  const end = newest.rows[0]?.end;
  if (end == null) return;
  const progress = { calls: 0, redacted: 0, last: after, end };
  for (;;) {
    const ids = await nextBatch(kysely, progress.last, end);
    const last = ids.at(-1);
    if (last === undefined) return;
    progress.calls += ids.length;
    progress.redacted += await redactBatch(kysely, redactor, ids, apply);
    progress.last = last;
    yield { ...progress };
  }
}

/** The numbers of the calls that come next: as many as fit into memory, and one at the least. */
async function nextBatch(kysely: Kysely<unknown>, after: string, end: string): Promise<string[]> {
  const sizes = COLUMNS.map(({ column }) => sql`coalesce(pg_column_size(${sql.ref(column)}), 0)`);
  const { rows } = await sql<{ id: string }>`
    SELECT id FROM (
      SELECT id, sum(${sql.join(sizes, sql` + `)}) OVER (ORDER BY id) AS bytes, row_number() OVER (ORDER BY id) AS number
      FROM (
        SELECT * FROM llm_call_logs WHERE id > ${after}::bigint AND id <= ${end}::bigint ORDER BY id LIMIT ${MAX_CALLS}
      ) AS next
    ) AS sized
    WHERE bytes <= ${MAX_BYTES} OR number = 1
    ORDER BY id`.execute(kysely);
  return rows.map(({ id }) => id);
}

/** @returns how many of the calls have, or had, a secret */
async function redactBatch(
  kysely: Kysely<unknown>,
  redactor: Redactor,
  batch: readonly string[],
  apply: boolean,
): Promise<number> {
  const redacted = new Set<string>();
  // Those that somebody changed between being read and written are read again.
  for (let left = batch; left.length > 0;) {
    const changes = (await readTexts(kysely, left)).flatMap((row) => redactTexts(row, redactor.begin()));
    for (const { id } of changes) redacted.add(id);
    if (!apply || changes.length === 0) break;
    const written = new Set(await writeTexts(kysely, changes));
    left = changes.map(({ id }) => id).filter((id) => !written.has(id));
  }
  return redacted.size;
}

async function readTexts(kysely: Kysely<unknown>, ids: readonly string[]): Promise<Row[]> {
  const columns = COLUMNS.map(({ column }) => sql`${sql.ref(column)}::text AS ${sql.ref(column)}`);
  const { rows } = await sql<Row>`
    SELECT id, xmin::text AS version, ${sql.join(columns)} FROM llm_call_logs
    WHERE id = ANY(${ids}::bigint[]) ORDER BY id`.execute(kysely);
  return rows;
}

/** The row with what becomes of its texts, null for those that stay; none where all of them do. */
function redactTexts(row: Row, redaction: Redaction): Row[] {
  const changed: Row = { ...row };
  for (const { column, isJson, maxLength } of COLUMNS) {
    const text = row[column] ?? null;
    if (text === null) continue;
    const redacted = isJson ? redaction.json(text) : redaction.text(text, maxLength);
    changed[column] = redacted === text ? null : redacted;
  }
  return redaction.replaced > 0 ? [changed] : [];
}

/**
 * Writes those whose row is as it was read. A column that stays is set to itself, which writes no large value anew.
 *
 * @returns their numbers
 */
async function writeTexts(kysely: Kysely<unknown>, changes: readonly Row[]): Promise<string[]> {
  const sets = COLUMNS.map(({ column, isJson }) => {
    const given = sql.ref(`changed.${column}`);
    const value = isJson ? sql`${given}::jsonb` : given;
    return sql`${sql.ref(column)} = coalesce(${value}, ${sql.ref(`logs.${column}`)})`;
  });
  const given = COLUMNS.map(({ column }) => sql`${changes.map((row) => row[column])}::text[]`);
  const names = COLUMNS.map(({ column }) => sql.ref(column));
  const { rows } = await sql<{ id: string }>`
    UPDATE llm_call_logs AS logs SET ${sql.join(sets)}
    FROM unnest(
      ${changes.map(({ id }) => id)}::bigint[], ${changes.map(({ version }) => version)}::text[], ${sql.join(given)}
    ) AS changed (id, version, ${sql.join(names)})
    WHERE logs.id = changed.id AND logs.xmin::text = changed.version
    RETURNING logs.id`.execute(kysely);
  return rows.map(({ id }) => id);
}

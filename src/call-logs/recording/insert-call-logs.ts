import { CompiledQuery, type Kysely } from 'kysely';
import { prepared } from '../../database/prepared.js';
import { NEW_CALL_LOG_COLUMNS, type NewCallLog } from './prepare-call-log.js';

/** A call, and the id that it is to have, if it has one already. */
export interface Numbered {
  callLog: NewCallLog;
  id?: string;
}

/** A column as it is written. */
interface Column {
  column: string;
  type: string;
  of: (call: Numbered) => unknown;
}

const WRITTEN: Column[] = NEW_CALL_LOG_COLUMNS.map(({ field, column, type }) => ({
  column,
  type,
  of: ({ callLog }) => callLog[field],
}));

/** For calls that have numbers already. */
const NUMBER: Column = { column: 'id', type: 'bigint', of: ({ id }) => id };

/** What inserts calls, all or none, and the values that it takes. Its text is always the same, and made once. */
interface Insertion {
  text: string;
  values: (calls: readonly Numbered[]) => unknown[];
}

/** One call alone is cheaper to read as plain values. */
function insertionOfOne(columns: Column[]): Insertion {
  const values = columns.map(({ type }, index) => `$${index + 1}::${type}`);
  return {
    text: insertionOf(columns, `VALUES (${values.join(', ')})`),
    values: ([call]) => (call ? columns.map(({ of }) => of(call)) : []),
  };
}

function insertionOfMany(columns: Column[]): Insertion {
  // JSON is text until then, since an array of jsonb would be parsed twice over.
  const given = ({ type }: Column, index: number) => `$${index + 1}::${type === 'jsonb' ? 'text' : type}[]`;
  const source = `SELECT ${columns.map(({ column, type }) => `${column}::${type}`).join(', ')}
    FROM unnest(${columns.map(given).join(', ')})
      WITH ORDINALITY AS calls (${namesOf(columns)}, place)
    ORDER BY place`;
  return {
    text: insertionOf(columns, source),
    values: (calls) => columns.map(({ of }) => calls.map(of)),
  };
}

const insertionOf = (columns: Column[], source: string) =>
  `INSERT INTO llm_call_logs (${namesOf(columns)}) ${source} RETURNING id`;

const namesOf = (columns: Column[]) => columns.map(({ column }) => column).join(', ');

const INSERTIONS = {
  numbered: { one: insertionOfOne([NUMBER, ...WRITTEN]), many: insertionOfMany([NUMBER, ...WRITTEN]) },
  unnumbered: { one: insertionOfOne(WRITTEN), many: insertionOfMany(WRITTEN) },
};

/**
 * Inserts calls, all or none.
 *
 * @param calls all with the ids that they are to have, or all without
 * @returns the id of each
 */
export async function insertCallLogs(kysely: Kysely<unknown>, calls: readonly Numbered[]): Promise<string[]> {
  const { one, many } = INSERTIONS[calls[0]?.id === undefined ? 'unnumbered' : 'numbered'];
  const { text, values } = calls.length === 1 ? one : many;
  const { rows } = await prepared(
    'new calls',
    CompiledQuery.raw(text, values(calls)) as CompiledQuery<{ id: string }>,
  ).execute(kysely);
  // They are numbered in their order, but RETURNING gives them in any.
  return rows.map(({ id }) => id).sort((one, other) => Number(BigInt(one) - BigInt(other)));
}

import fc from 'fast-check';
import type { Client } from 'pg';

/** Connections that write side by side, each within transactions of its own. */
export const WRITERS = 3;

/** What one connection does; each changes only calls of its own (by template_id), so that none waits for another. */
export interface Write {
  writer: number;
  statement: string;
}

const orNull = (...values: string[]) => fc.constantFrom('NULL', ...values);
const callTime = fc
  .tuple(fc.integer({ min: 0, max: 75 * 86_400 }), fc.constantFrom('', '.000001', '.999999'))
  .map(([second, fraction]) => {
    const at = new Date(Date.UTC(2024, 1, 15, 0, 0, second)).toISOString().slice(0, 19);
    return `'${at}${fraction}'`;
  });

/** Columns that usage depends on, and one that it does not, with SQL for their values. */
const COLUMNS = {
  group_id: orNull('1', '2', '3'),
  config_id: orNull('1', '2'),
  status: fc.constantFrom(`'success'`, `'error'`),
  request_params: orNull(`'{"model": "m1"}'`, `'{"model": "m2"}'`, `'{"model": 7}'`, `'[]'`),
  response_data: orNull(`'{"model": "m3"}'`),
  tokens_used: orNull('0', '1', '1000', '2147483647'),
  prompt_tokens: orNull('0', '12'),
  completion_tokens: orNull('0', '3'),
  duration_ms: orNull('0', '5', '127', '128', '250', '86400000', '-3', '2147483647', '-2147483648'),
  call_time: fc.oneof(
    { weight: 12, arbitrary: callTime },
    { weight: 1, arbitrary: orNull(`'infinity'`, `'-infinity'`, `'0001-01-01'`, `'10000-01-01'`) },
  ),
  error_message: orNull(`'why'`),
};
const row = fc.record(COLUMNS);
const pick = fc.integer({ min: 0, max: 4 });

const statement = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.array(row, { minLength: 1, maxLength: 4 }).map((rows) => (writer: number) => {
      const values = rows.map((one) => `(${writer}, '[]', ${Object.values(one).join(', ')})`);
      const columns = Object.keys(COLUMNS).join(', ');
      return `INSERT INTO llm_call_logs (template_id, request_messages, ${columns}) VALUES ${values.join(', ')}`;
    }),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.record(COLUMNS, { requiredKeys: [] }), pick)
      .map(([set, offset]) => (writer: number) => {
        const changes = Object.entries(set).map(([column, value]) => `${column} = ${value}`);
        return `UPDATE llm_call_logs SET ${['activation_code = NULL', ...changes].join(', ')}
        WHERE id IN (SELECT id FROM llm_call_logs WHERE template_id = ${writer} ORDER BY id OFFSET ${offset} LIMIT 2)`;
      }),
  },
  {
    weight: 2,
    arbitrary: pick.map(
      (offset) => (writer: number) =>
        `DELETE FROM llm_call_logs
        WHERE id IN (SELECT id FROM llm_call_logs WHERE template_id = ${writer} ORDER BY id OFFSET ${offset} LIMIT 1)`,
    ),
  },
  {
    weight: 4,
    arbitrary: fc
      .constantFrom(
        'BEGIN',
        'COMMIT',
        'ROLLBACK',
        'BEGIN; SAVEPOINT here',
        'BEGIN; SAVEPOINT here; DELETE FROM llm_call_logs WHERE template_id = $; ROLLBACK TO here',
      )
      .map((text) => (writer: number) => text.replace('$', String(writer))),
  },
);

export const write: fc.Arbitrary<Write> = fc
  .tuple(fc.nat({ max: WRITERS - 1 }), statement)
  .map(([writer, make]) => ({ writer, statement: make(writer) }));

export async function runWrite(client: Client, { statement }: Write): Promise<void> {
  await client.query(statement);
}

import type { BodySize } from '../database/bodies.js';
import { INSERT_CALLS, newCall, textsOf, type NewCall } from '../database/new-call.js';
import type { Case } from './case.js';
import { ourInput, RECORD_IN_POSTGRAPHILE } from './recordings.js';

const BATCH = 1_000;

/** A thousand calls recorded by each request. */
function recordBatch(name: string, size: BodySize): Case {
  const batch = (turn: number) =>
    Array.from({ length: BATCH }, (_, index) => newCall(turn * BATCH + index, size));
  return {
    name,
    clients: 4,
    ours: {
      query: 'mutation Record($input: [RecordCallLogInput!]!) { recordCallLogs(input: $input) { recorded } }',
      variables: (turn) => ({ input: batch(turn).map(ourInput) }),
      figures: ({ recordCallLogs }: { recordCallLogs: { recorded: number } }) => recordCallLogs,
    },
    postgraphile: {
      query: RECORD_IN_POSTGRAPHILE,
      variables: (turn) => ({ call: newCall(turn, size) }),
      figures: () => undefined,
      insteadOf: { what: 'PostGraphile records one call a request, for 64 clients', clients: 64 },
    },
    bareInput: batch,
    bare: async (pool, _, input) => {
      const rows = (input as NewCall[]).map(textsOf);
      const values = rows[0]?.map((_, column) => rows.map((row) => row[column] ?? null)) ?? [];
      const { rowCount } = await pool.query({ name: 'record batch', text: INSERT_CALLS, values });
      return { recorded: rowCount };
    },
    writes: { 'llm-call-log': BATCH, PostGraphile: 1, bare: BATCH },
    // 25,000 where PostGraphile records 1,900 one by one: a ratio, since machines differ.
    targets: [{ figure: "times PostGraphile's calls a second", atLeast: 13.2 }],
  };
}

export const recordCalls = recordBatch('record 1,000 calls', 'realistic');

export const recordSmallCalls = recordBatch('record 1,000 small calls', 'small');

import type { BodySize } from '../database/bodies.js';
import type { Case } from './case.js';
import { INSERT_CALL, newCall, textsOf, type NewCall } from '../database/new-call.js';
import { ourInput, RECORD_IN_POSTGRAPHILE } from './recordings.js';
import type { Target } from '../targets.js';

/** One call recorded by each request, and acknowledged once it is committed. */
function recordOne(name: string, size: BodySize, clients: number, targets: readonly Target[]): Case {
  return {
    name,
    clients,
    ours: {
      query: 'mutation Record($input: RecordCallLogInput!) { recordCallLog(input: $input) { id } }',
      variables: (turn) => ({ input: ourInput(newCall(turn, size)) }),
      figures: ({ recordCallLog }: { recordCallLog: { id: string } }) => recorded(recordCallLog.id),
    },
    postgraphile: {
      query: RECORD_IN_POSTGRAPHILE,
      variables: (turn) => ({ call: newCall(turn, size) }),
      figures: ({ createLlmCallLog }: { createLlmCallLog: { llmCallLog: { rowId: string } } }) =>
        recorded(createLlmCallLog.llmCallLog.rowId),
    },
    bareInput: (turn) => newCall(turn, size),
    bare: async (pool, _, input) => {
      const values = textsOf(input as NewCall);
      const text = `${INSERT_CALL} RETURNING id`;
      const { rows } = await pool.query<{ id: string }>({ name: 'record', text, values });
      return recorded(rows[0]?.id);
    },
    writes: { 'llm-call-log': 1, PostGraphile: 1, bare: 1 },
    targets,
  };
}

const TARGETS: readonly Target[] = [{ figure: "times PostGraphile's requests a second", atLeast: 2.5 }];

export const recordCall = recordOne('record one call', 'realistic', 64, TARGETS);

/** Where the words of a call are few, indexing them is a smaller part of the work. */
export const recordSmallCall = recordOne('record one small call', 'small', 64, TARGETS);

/** What one call takes when nothing else is going on. */
export const recordCallIdle = recordOne('record one call, idle', 'realistic', 1, [
  { figure: 'times faster than PostGraphile', atLeast: 1 },
]);

/** Numbers of new calls differ: what can be compared is that there is one. */
function recorded(id: string | undefined): { recorded: boolean } {
  return { recorded: Number(id) > 0 };
}

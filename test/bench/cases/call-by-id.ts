import {
  bareColumns,
  fromOurs,
  fromPostgraphile,
  ourFields,
  postgraphileFields,
  type Call,
  type OurCall,
  type PostgraphileCall,
} from './call-answers.js';
import type { Case } from './case.js';

/** Numbers that every log of the bench has. */
const IDS = 50_000;

/** A prime, so that the turns go through all of them, far apart from one to the next. */
const STEP = 7919;

const variables = (turn: number) => ({ id: String(1 + ((turn * STEP) % IDS)) });

/** One call with all that was said, another one each time. */
export const callById: Case = {
  name: 'one call by id',
  clients: 16,
  ours: {
    query: `query Call($id: ID!) { callLog(id: $id) { ${ourFields(true)} } }`,
    variables,
    figures: ({ callLog }: { callLog: OurCall }) => fromOurs(callLog),
  },
  postgraphile: {
    query: `query Call($id: BigInt!) { llmCallLogByRowId(rowId: $id) { ${postgraphileFields(true)} } }`,
    variables,
    figures: ({ llmCallLogByRowId }: { llmCallLogByRowId: PostgraphileCall }) =>
      fromPostgraphile(llmCallLogByRowId),
  },
  bareInput: variables,
  bare: async (pool, _, input) => {
    const { rows } = await pool.query<Call>({
      name: 'call',
      text: `
        SELECT ${bareColumns(true)}
        FROM llm_call_logs LEFT JOIN groups ON groups.id = group_id
        WHERE llm_call_logs.id = $1`,
      values: [(input as { id: string }).id],
    });
    return rows[0];
  },
  targets: [{ figure: "times PostGraphile's requests a second", atLeast: 1.3 }],
};

import type { NewCall } from '../database/new-call.js';

export const RECORD_IN_POSTGRAPHILE = `
  mutation Record($call: LlmCallLogInput!) {
    createLlmCallLog(input: { llmCallLog: $call }) { llmCallLog { rowId } }
  }`;

/** A call as our API takes it. */
export function ourInput(call: NewCall): Record<string, unknown> {
  return { ...call, status: call.status.toUpperCase() };
}

import { request } from 'undici';
import { bearer } from '../../support/token.js';

/** Milliseconds that a client waits for an answer: the product has 5 s to write, and this machine is slow and shared. */
export const PATIENCE_MS = 15_000;

const RECORD_ONE = 'mutation ($input: RecordCallLogInput!) { recordCallLog(input: $input) { id } }';
const RECORD_MANY = `mutation ($input: [RecordCallLogInput!]!) {
  recordCallLogs(input: $input) { callLogs { id } rejected { index code message } }
}`;

/** A call as it is sent. */
export type CallInput = Record<string, unknown>;

/** What a client was told of one call. */
export interface Told {
  /** Its number, where it is in the log. */
  id?: string;
  /** Why it is not: the code of the answer, or of the connection that broke; UNANSWERED after all patience. */
  code?: string;
  message?: string;
}

/** The answer to one request. */
export interface Answer {
  /** Of HTTP; 0 where none came. */
  status: number;
  /** Of the header, in seconds. */
  retryAfter: number | undefined;
  /** For each call. */
  told: Told[];
}

/** Records calls: one by recordCallLog, several by recordCallLogs. It never fails. */
export async function record(
  url: string,
  calls: readonly CallInput[],
  isBatch: boolean,
  signal = AbortSignal.timeout(PATIENCE_MS),
): Promise<Answer> {
  const ofAll = (status: number, told: Told, retryAfter?: number): Answer => ({
    ...{ status, retryAfter },
    told: calls.map(() => told),
  });
  try {
    const {
      statusCode: status,
      headers,
      body,
    } = await request(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...bearer() },
      body: JSON.stringify({
        query: isBatch ? RECORD_MANY : RECORD_ONE,
        variables: { input: isBatch ? calls : calls[0] },
      }),
      signal,
    });
    const header = headers['retry-after'];
    const retryAfter = header === undefined ? undefined : Number(header);
    const { data, errors } = (await body.json()) as any;
    if (errors) {
      const [{ message, extensions }] = errors;
      return ofAll(status, { code: String(extensions?.code), message }, retryAfter);
    }
    const told: Told[] = isBatch
      ? data.recordCallLogs.callLogs.map((callLog: { id: string } | null) =>
          callLog ? { id: callLog.id } : {},
        )
      : [{ id: data.recordCallLog.id }];
    if (isBatch) {
      for (const { index, code, message } of data.recordCallLogs.rejected) told[index] = { code, message };
    }
    return { status, retryAfter, told };
  } catch (error) {
    return ofAll(0, { code: signal.aborted ? 'UNANSWERED' : codeOf(error) });
  }
}

function codeOf(error: unknown): string {
  const { code, message } = error as { code?: string; message: string };
  return code ?? message;
}

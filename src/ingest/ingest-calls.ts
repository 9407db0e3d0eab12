import type { RecordingContext } from '../call-logs/recording/recording-context.js';
import { explainRejections, faultOfAll, Unrecorded } from '../call-logs/recording/outcome.js';
import { redactionOf } from '../call-logs/recording/redaction.js';
import { recordRows } from '../call-logs/recording/record-call-logs.js';
import type { RejectedCallLog } from '../call-logs/recording/record-result.js';
import type { LoggedContext } from '../graphql/log-unexpected.js';
import { badBody, type SentCall } from './sent-calls.js';

/** As many as the recorder writes at once. */
const BATCH = 1000;

/** Which calls of a request were recorded. */
export interface IngestAnswer {
  /** Number of calls of the request that are in the log now. */
  recorded: number;
  /** Secrets that were replaced in its calls; left out where there was none. */
  redacted?: number;
  rejected: (RejectedCallLog & {
    /** In formats of lines: the number of its line, from 1. */
    line?: number;
  })[];
}

/** What a request asks while its calls are recorded. */
export interface Pace {
  /** Waits until more may be read and checked, which keeps everybody waiting. */
  turn: () => Promise<void>;
  /** Whether the client has left, and the rest is better not begun. */
  isGone: () => boolean;
}

/**
 * Records calls, each for itself, in batches one after the other. When the server or the database can record none of a
 * batch, the batches after it are not begun.
 *
 * @throws BAD_REQUEST where there is no call; what kept the server or the database from recording, where none was recorded
 */
export async function ingestCalls(
  context: RecordingContext & LoggedContext,
  findCalls: () => Iterable<SentCall>,
  { turn, isGone }: Pace,
): Promise<IngestAnswer> {
  const answer: IngestAnswer = { recorded: 0, rejected: [] };
  let begun = 0;
  let fault: Unrecorded | undefined;
  await turn();
  for (const batch of inBatches(findCalls())) {
    if (isGone()) return answer;
    const first = begun;
    const placeOf = (index: number) => `calls[${first + index}]`;
    const stopped = fault;
    const outcomes = stopped
      ? batch.map(() => stopped)
      : await recordRows(
          context,
          batch.map(({ read }) => read),
          placeOf,
        );
    fault ??= faultOfAll(outcomes);
    answer.recorded += outcomes.filter((outcome) => !(outcome instanceof Unrecorded)).length;
    if (fault && answer.recorded === 0) throw fault.error;
    for (const { index, ...rejected } of explainRejections(outcomes, placeOf, context)) {
      const { line } = batch[index] ?? {};
      answer.rejected.push({ index: first + index, ...(line !== undefined && { line }), ...rejected });
    }
    begun += batch.length;
    await turn();
  }
  if (begun === 0) throw badBody('The body holds no call; send at least one.');
  const redacted = context.once(redactionOf)?.replaced ?? 0;
  return redacted > 0 ? { ...answer, redacted } : answer;
}

function* inBatches(calls: Iterable<SentCall>): Iterable<SentCall[]> {
  let batch: SentCall[] = [];
  for (const call of calls) {
    batch.push(call);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

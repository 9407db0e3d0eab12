import { maySeeGroup, type Caller } from '../../access/caller.js';
import { forbidden } from '../../access/refusals.js';
import { badUserInput } from '../../graphql/errors.js';
import { codeOf } from '../../graphql/format-error.js';
import type { LoggedContext } from '../../graphql/log-unexpected.js';
import { Unread } from '../../graphql/unread.js';
import type { Selected } from '../../graphql/answer/selected-fields.js';
import type { CallLog } from '../call-log.js';
import { answerAllRecorded, answerRecorded, type RecordedCallLog } from './answer-recorded.js';
import { idempotencyOf } from './idempotency.js';
import { explainRejections, faultOfAll, Unrecorded, type Outcome } from './outcome.js';
import { prepareCallLog } from './prepare-call-log.js';
import type { ReadRow } from './read-row.js';
import type { RecordCallLogInput } from './record-input.js';
import { redactionOf } from './redaction.js';
import type { RecordCallLogsResult } from './record-result.js';
import type { RecordingContext } from './recording-context.js';

const MAX_CALLS = 1000;

/**
 * Records one call; when this returns, it is committed.
 *
 * @param selected what to give back of the call
 * @param known what the server knows of the call by itself
 * @throws BAD_USER_INPUT that names the field and what would be right, FORBIDDEN for a group that is not the caller's,
 *   or why it could not be recorded
 */
export async function recordCallLog(
  context: RecordingContext,
  input: RecordCallLogInput,
  selected: Selected,
  known?: Partial<RecordCallLogInput>,
): Promise<CallLog> {
  return answerRecorded(context, await recordOne(context, () => input, 'input', known), selected);
}

/**
 * Records up to 1000 calls, each for itself: a bad one is rejected and the others are recorded.
 *
 * @param input what comes as a variable is {@link Unread}, so that each row is read for itself
 * @throws BAD_USER_INPUT for an empty input or one of more than 1000; nothing is recorded then. Whatever kept the server
 *   from recording, where it has recorded none of them
 */
export async function recordCallLogs(
  context: RecordingContext & LoggedContext,
  input: readonly (RecordCallLogInput | Unread)[],
  readRow: ReadRow,
  selected: Selected,
): Promise<RecordCallLogsResult> {
  if (input.length < 1 || input.length > MAX_CALLS) {
    throw badUserInput('input', `must hold from 1 to ${MAX_CALLS} calls, not ${input.length}.`);
  }
  const placeOf = (index: number) => `input[${index}]`;
  const rows = input.map((row): ReadCall =>
    row instanceof Unread ? (at) => readRow(row.value, at) : () => row,
  );
  const outcomes = await recordRows(context, rows, placeOf);
  const fault = faultOfAll(outcomes);
  if (fault) throw fault.error;
  const recorded = outcomes.filter((outcome): outcome is RecordedCallLog => !(outcome instanceof Unrecorded));
  const answers = (await answerAllRecorded(context, recorded, selected)).values();
  return {
    recorded: recorded.length,
    callLogs: outcomes.map((outcome) =>
      outcome instanceof Unrecorded ? null : (answers.next().value ?? null),
    ),
    rejected: explainRejections(outcomes, placeOf, context),
  };
}

/** Reads one call from what a client sent. @param at its place, for messages @throws BAD_USER_INPUT */
export type ReadCall = (at: string) => RecordCallLogInput;

/**
 * Records calls, each for itself. This is the way of every list of calls into the log, whatever it came as.
 *
 * @param placeOf the place of a row in what was sent, such as `input[3]`, for messages
 * @returns each one as it was recorded, once it is committed, or why it was not
 */
export function recordRows(
  context: RecordingContext,
  rows: readonly ReadCall[],
  placeOf: (index: number) => string,
): Promise<Outcome[]> {
  return Promise.all(
    rows.map(async (read, index) => {
      const at = placeOf(index);
      try {
        return await recordOne(context, read, at);
      } catch (error) {
        return new Unrecorded(error);
      }
    }),
  );
}

async function recordOne(
  context: RecordingContext,
  read: ReadCall,
  at: string,
  known?: Partial<RecordCallLogInput>,
): Promise<RecordedCallLog> {
  const { caller, recorder, recordingMetrics, recordingSecret, isAbandoned } = context;
  try {
    const input = read(at);
    const callLog = prepareCallLog(
      known ? Object.assign({}, input, known) : input,
      at,
      context.once(redactionOf),
    );
    refuseOthersGroup(caller, callLog.groupId, `${at}.groupId`);
    const idempotency = idempotencyOf(caller, input, at, recordingSecret);
    const { id, isRepeat } = await recorder.record({ callLog, idempotency, at, isAbandoned });
    recordingMetrics[isRepeat ? 'replayed' : 'recorded'](1);
    return { id, callLog };
  } catch (error) {
    recordingMetrics.rejected(codeOf(error), 1);
    throw error;
  }
}

function refuseOthersGroup(caller: Caller, groupId: number | null, argument: string): void {
  if (maySeeGroup(caller, groupId)) return;
  const own = caller.groupIds?.join(', ');
  throw forbidden(`${argument} must be among the groups that your token is limited to: ${own}.`, {
    argument,
  });
}

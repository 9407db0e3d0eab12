import { maySeeGroup, type Caller, type CallerContext } from '../../access/caller.js';
import { forbidden } from '../../access/refusals.js';
import { badUserInput } from '../../graphql/errors.js';
import type { LoggedContext } from '../../graphql/log-unexpected.js';
import { Unread } from '../../graphql/unread.js';
import type { CallLog } from '../call-log.js';
import { parseIdempotencyKey } from './idempotency.js';
import { prepareCallLog } from './prepare-call-log.js';
import type { Selected } from '../../graphql/answer/selected-fields.js';
import { readCallLog } from '../read-call-log.js';
import { readCallLogsById } from '../read-call-logs.js';
import { callLogRecorder, type PendingCallLog } from './call-log-recorder.js';
import { explainRejections, throwFaultOfAll, Unrecorded, type Outcome } from './outcome.js';
import type { ReadRow } from './read-row.js';
import type { RecordCallLogInput } from './record-input.js';
import type { RecordCallLogsResult } from './record-result.js';

const MAX_CALLS = 1000;

/**
 * Records one call; when this returns, it is committed.
 *
 * @param selected what to give back of the call
 * @throws BAD_USER_INPUT that names the field and what would be right, FORBIDDEN for a group that is not the caller's
 */
export async function recordCallLog(
  context: CallerContext,
  input: RecordCallLogInput,
  selected: Selected,
): Promise<CallLog> {
  const id = await context.shared(callLogRecorder).load(prepare(context.caller, input, 'input'));
  const callLog = isIdAlone(selected) ? ({ id } as CallLog) : await readCallLog(context, id, selected);
  if (!callLog) throw new Error('A call was deleted in the moment after it was recorded.');
  return callLog;
}

/**
 * Records up to 1000 calls, each for itself: a bad one is rejected and the others are recorded.
 *
 * @param input what comes as a variable is {@link Unread}, so that each row is read for itself
 * @throws BAD_USER_INPUT for an empty input or one of more than 1000; nothing is recorded then. Whatever kept the server
 *   from recording, where it has recorded none of them
 */
export async function recordCallLogs(
  context: CallerContext & LoggedContext,
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
  throwFaultOfAll(outcomes);
  const ids = outcomes.filter((outcome) => typeof outcome === 'string');
  const recorded = new Map((await readBack(context, ids, selected)).map((call, index) => [ids[index], call]));
  return {
    recorded: ids.length,
    callLogs: outcomes.map((outcome) =>
      typeof outcome === 'string' ? (recorded.get(outcome) ?? null) : null,
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
 * @returns the id of each, once it is committed, or why it was not recorded
 */
export function recordRows(
  context: CallerContext,
  rows: readonly ReadCall[],
  placeOf: (index: number) => string,
): Promise<Outcome[]> {
  const recorder = context.shared(callLogRecorder);
  return Promise.all(
    rows.map(async (read, index) => {
      const at = placeOf(index);
      try {
        return await recorder.load(prepare(context.caller, read(at), at));
      } catch (error) {
        return new Unrecorded(error);
      }
    }),
  );
}

function prepare(caller: Caller, input: RecordCallLogInput, at: string): PendingCallLog {
  const callLog = prepareCallLog(input, at);
  if (!maySeeGroup(caller, callLog.groupId)) {
    const own = caller.groupIds?.join(', ');
    const argument = `${at}.groupId`;
    throw forbidden(`${argument} must be among the groups that your token is limited to: ${own}.`, {
      argument,
    });
  }
  return { callLog, idempotencyKey: parseIdempotencyKey(caller, input.idempotencyKey, at), at };
}

/** The recorded calls as the table holds them; where only the id is asked for, the table is not asked. */
async function readBack(
  context: CallerContext,
  ids: string[],
  selected: Selected,
): Promise<(CallLog | null)[]> {
  if (isIdAlone(selected)) return ids.map((id) => ({ id }) as CallLog);
  return readCallLogsById(context, ids, selected);
}

function isIdAlone({ fields }: Selected): boolean {
  return [...fields].every((field) => field === 'id' || field === '__typename');
}

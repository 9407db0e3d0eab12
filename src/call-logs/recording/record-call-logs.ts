import { GraphQLError } from 'graphql';
import { maySeeGroup, type Caller, type CallerContext } from '../../access/caller.js';
import { forbidden } from '../../access/refusals.js';
import { badUserInput } from '../../graphql/errors.js';
import type { CallLog } from '../call-log.js';
import { parseIdempotencyKey } from './idempotency.js';
import { prepareCallLog } from './prepare-call-log.js';
import type { Selected } from '../../graphql/answer/selected-fields.js';
import { readCallLog } from '../read-call-log.js';
import { readCallLogsById } from '../read-call-logs.js';
import { callLogRecorder, type PendingCallLog } from './call-log-recorder.js';
import type { RecordCallLogInput } from './record-input.js';
import type { RecordCallLogsResult, RejectedCallLog } from './record-result.js';

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
 * @throws BAD_USER_INPUT for an empty input or one of more than 1000; nothing is recorded then
 */
export async function recordCallLogs(
  context: CallerContext,
  input: RecordCallLogInput[],
  selected: Selected,
): Promise<RecordCallLogsResult> {
  if (input.length < 1 || input.length > MAX_CALLS) {
    throw badUserInput('input', `must hold from 1 to ${MAX_CALLS} calls, not ${input.length}.`);
  }
  const recorder = context.shared(callLogRecorder);
  const outcomes = await Promise.all(
    input.map(async (call, index) => {
      try {
        return await recorder.load(prepare(context.caller, call, `input[${index}]`));
      } catch (error) {
        return reject(error, index);
      }
    }),
  );
  const ids = outcomes.filter((outcome) => typeof outcome === 'string');
  const recorded = new Map((await readBack(context, ids, selected)).map((call, index) => [ids[index], call]));
  return {
    recorded: ids.length,
    callLogs: outcomes.map((outcome) =>
      typeof outcome === 'string' ? (recorded.get(outcome) ?? null) : null,
    ),
    rejected: outcomes.filter((outcome) => typeof outcome !== 'string'),
  };
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

/** @throws what is no fault of the call itself: then the whole request fails */
function reject(error: unknown, index: number): RejectedCallLog {
  const code = error instanceof GraphQLError ? error.extensions['code'] : undefined;
  if (!(error instanceof GraphQLError) || typeof code !== 'string') throw error;
  return { index, code, message: error.message };
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

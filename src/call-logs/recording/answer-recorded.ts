import { encode } from '../../database/byte-text.js';
import { fromDate } from '../../database/timestamp.js';
import { troubleOf } from '../../database/trouble.js';
import type { Selected } from '../../graphql/answer/selected-fields.js';
import { Group } from '../../groups/group.js';
import type { CallLog } from '../call-log.js';
import { readCallLog } from '../read-call-log.js';
import { readCallLogsById } from '../read-call-logs.js';
import { NOW, type NewCallLog } from './prepare-call-log.js';
import type { RecordingContext } from './recording-context.js';

/** A call that is in the log, or was when it was sent for the first time. */
export interface RecordedCallLog {
  id: string;
  /** What was to be recorded. */
  callLog: NewCallLog;
}

/** A recorded call as the table holds it; where only the id is asked for, the table is not asked. */
export async function answerRecorded(
  context: RecordingContext,
  recorded: RecordedCallLog,
  selected: Selected,
): Promise<CallLog> {
  const { id } = recorded;
  if (isIdAlone(selected)) return { id } as CallLog;
  const call = await readCallLog(context, id, selected).catch(nullInTrouble);
  return call ?? whatWasSent(context, recorded, selected);
}

/** The same for many calls. */
export async function answerAllRecorded(
  context: RecordingContext,
  recorded: readonly RecordedCallLog[],
  selected: Selected,
): Promise<CallLog[]> {
  const ids = recorded.map(({ id }) => id);
  if (isIdAlone(selected)) return ids.map((id) => ({ id }) as CallLog);
  const calls = (await readCallLogsById(context, ids, selected).catch(nullInTrouble)) ?? [];
  return Promise.all(
    recorded.map(async (one, index) => calls[index] ?? (await whatWasSent(context, one, selected))),
  );
}

function nullInTrouble(error: unknown): null {
  if (!troubleOf(error)) throw error;
  return null;
}

function isIdAlone({ fields }: Selected): boolean {
  return [...fields].every((field) => field === 'id' || field === '__typename');
}

/**
 * A call that was deleted or moved away since, or cannot be read just now, is recorded nevertheless: an error would make
 * its sender send it again.
 */
async function whatWasSent(
  { em }: RecordingContext,
  { id, callLog }: RecordedCallLog,
  { fields }: Selected,
): Promise<CallLog> {
  const { groupId, requestMessages, requestParams, responseData, callTime } = callLog;
  const isGroupWanted = fields.has('group') && groupId !== null;
  return {
    ...callLog,
    id,
    callTime: callTime === NOW ? fromDate(new Date()) : callTime,
    requestMessages: encode(requestMessages),
    requestParams: requestParams && encode(requestParams),
    responseData: responseData && encode(responseData),
    model: modelIn(requestParams) ?? modelIn(responseData),
    group: isGroupWanted ? await em.findOne(Group, { id: groupId }).catch(nullInTrouble) : null,
  } as unknown as CallLog;
}

function modelIn(json: string | null): string | null {
  const { model } = (JSON.parse(json ?? '{}') ?? {}) as { model?: unknown };
  return model == null ? null : typeof model === 'string' ? model : JSON.stringify(model);
}

import type DataLoader from 'dataloader';
import { inBatches } from '../graphql/in-batches.js';
import { memo } from '../graphql/memo.js';
import type { Caller, CallerContext } from '../access/caller.js';
import type { Selected } from '../graphql/answer/selected-fields.js';
import type { CallLog } from './call-log.js';
import { readCallLogsById } from './read-call-logs.js';

/** So many rows come at once, however large their bodies are. */
const MAX_BATCH = 20;

interface Wanted {
  context: CallerContext;
  id: string;
  selected: Selected;
}

/**
 * Reads a call that the caller may see; null where there is none of that number. Whichever requests of one caller want
 * calls at about the same time, one statement reads them all: it begins after each of them asked.
 *
 * @param selected what to read of it
 */
export function readCallLog(context: CallerContext, id: string, selected: Selected): Promise<CallLog | null> {
  return context.shared(readersOfCallers)(context.caller).load({ context, id, selected });
}

function readersOfCallers(): (caller: Caller) => DataLoader<Wanted, CallLog | null> {
  return memo(() => inBatches(readTogether, MAX_BATCH));
}

async function readTogether(all: readonly Wanted[]): Promise<(CallLog | null | Error)[]> {
  const found = new Map<Wanted, CallLog | null | Error>();
  const alike = Map.groupBy(all, ({ context, selected }) => `${context.isReadOnly} ${selected.key}`);
  await Promise.all(
    [...alike.values()].map(async (together) => {
      const [{ context, selected }] = together as [Wanted];
      const ids = together.map(({ id }) => id);
      const calls = await readCallLogsById(context, ids, selected).catch((error: unknown) => error as Error);
      for (const [index, wanted] of together.entries()) {
        found.set(wanted, calls instanceof Error ? calls : (calls[index] ?? null));
      }
    }),
  );
  return all.map((wanted) => found.get(wanted) ?? null);
}

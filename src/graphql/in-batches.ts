import DataLoader, { type BatchLoadFn } from 'dataloader';
import { Turns } from './limits/turns.js';

/** So neither the database nor this process waits for the other, and one batch that takes long keeps nobody waiting. */
const BATCHES_AT_ONCE = 2;

/**
 * Gathers what many requests want of the database, so that one statement does it for all of them. While as many batches
 * are under way as may be, what arrives waits to form the next one. When idle, a batch begins at once.
 *
 * @param run does what is wanted; it begins after the last of it was asked for
 * @param atOnce batches that may be under way
 */
export function inBatches<K, V>(
  run: BatchLoadFn<K, V>,
  maxBatchSize: number,
  atOnce = BATCHES_AT_ONCE,
): DataLoader<K, V> {
  const turns = new Turns(
    { total: atOnce, perCaller: atOnce, least: 1, patience: 0 },
    () => new Error('No batch gives up on its turn.'),
  );
  let endTurn: () => void = () => undefined;
  return new DataLoader<K, V>(
    async (wanted) => {
      const end = endTurn;
      try {
        return await run(wanted);
      } finally {
        end();
      }
    },
    {
      cache: false,
      maxBatchSize,
      batchScheduleFn: (begin) => {
        void turns.take({ caller: 'batches' }).then((end) => {
          setImmediate(() => {
            // DataLoader calls the function above before `begin` returns.
            endTurn = end;
            begin();
          });
        });
      },
    },
  );
}

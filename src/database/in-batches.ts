import DataLoader, { type BatchLoadFn } from 'dataloader';

/**
 * Gathers what many requests want of the database, so that one statement does it for all of them. While two batches are
 * under way, what arrives waits to form the next one: so neither the database nor this process waits for the other.
 * When idle, a batch begins at once.
 *
 * @param run does what is wanted; it begins after the last of it was asked for
 */
export function inBatches<K, V>(run: BatchLoadFn<K, V>, maxBatchSize: number): DataLoader<K, V> {
  let last: PromiseLike<unknown> = Promise.resolve();
  let lastButOne = last;
  return new DataLoader<K, V>(
    (wanted) => {
      const batch = run(wanted);
      lastButOne = last;
      last = batch;
      return batch;
    },
    {
      cache: false,
      maxBatchSize,
      batchScheduleFn: (dispatch) => {
        lastButOne.then(() => setImmediate(dispatch), dispatch);
      },
    },
  );
}

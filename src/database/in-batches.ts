import DataLoader, { type BatchLoadFn } from 'dataloader';

/** So neither the database nor this process waits for the other, and one batch that takes long keeps nobody waiting. */
const AT_ONCE = 2;

/**
 * Gathers what many requests want of the database, so that one statement does it for all of them. While two batches are
 * under way, what arrives waits to form the next one. When idle, a batch begins at once.
 *
 * @param run does what is wanted; it begins after the last of it was asked for
 */
export function inBatches<K, V>(run: BatchLoadFn<K, V>, maxBatchSize: number): DataLoader<K, V> {
  const waiting: (() => void)[] = [];
  let underWay = 0;
  const beginNext = () => {
    const begin = underWay < AT_ONCE ? waiting.shift() : undefined;
    if (!begin) return;
    underWay += 1;
    setImmediate(begin);
  };
  return new DataLoader<K, V>(
    async (wanted) => {
      try {
        return await run(wanted);
      } finally {
        underWay -= 1;
        beginNext();
      }
    },
    {
      cache: false,
      maxBatchSize,
      batchScheduleFn: (begin) => {
        waiting.push(begin);
        beginNext();
      },
    },
  );
}

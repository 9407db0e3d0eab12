/**
 * Gives the function by which requests start that compute for long: one in each turn of the event loop, and of each caller in its turn.
 * What a request computes keeps everybody waiting, so that of one caller's many no other is to wait for more than one.
 */
export function loopTurns(): (caller: string, start: () => void) => void {
  /** By caller; whose turn it was goes to the end. */
  const waiting = new Map<string, (() => void)[]>();
  let isTaken = false;
  const next = () => {
    const [first] = waiting;
    isTaken = first !== undefined;
    if (!first) return;
    const [caller, starts] = first;
    const start = starts.shift();
    waiting.delete(caller);
    if (starts.length > 0) waiting.set(caller, starts);
    setImmediate(next);
    start?.();
  };
  return (caller, start) => {
    const starts = waiting.get(caller);
    if (starts) starts.push(start);
    else waiting.set(caller, [start]);
    if (!isTaken) next();
  };
}

import { Turns } from '../graphql/limits/turns.js';

/** Starts what a caller computes when it is its turn. */
export type StartInTurn = (caller: string, start: () => void) => void;

/**
 * Gives the function by which requests start that compute for long: one in each turn of the event loop, and of each
 * caller in its turn. What a request computes keeps everybody waiting, so that of one caller's many no other is to wait
 * for more than one.
 */
export function loopTurns(): StartInTurn {
  const turns = new Turns(
    { total: 1, perCaller: 1, least: 1, patience: 0 },
    () => new Error('Nobody gives up on a turn of the event loop.'),
  );
  return (caller, start) => {
    void turns.take({ caller }).then((end) => {
      setImmediate(end);
      start();
    });
  };
}

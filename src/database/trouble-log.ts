import { sqlStateOf } from './explain-error.js';
import { troubleOf, type Trouble } from './trouble.js';

/** The same trouble is told once in so many milliseconds, however many requests have it. */
const INTERVAL_MS = 60_000;

/** Tells the operator of a trouble of the database's. */
export type TellTrouble = (trouble: Trouble, error: unknown) => void;

/** What of a logger it takes. */
interface Log {
  error: (details: object, message: string) => void;
}

/** Gives what writes troubles into the log: each kind of them once a minute, with how often it was met since. */
export function troubleLog(log: Log): TellTrouble {
  const told = new Map<string, { at: number; more: number }>();
  return ({ code, reason }, error) => {
    const now = performance.now();
    const before = told.get(reason);
    if (before && now - before.at < INTERVAL_MS) {
      before.more += 1;
      return;
    }
    told.set(reason, { at: now, more: 0 });
    log.error({ code, sqlState: sqlStateOf(error), more: before?.more ?? 0 }, reason);
  };
}

/** Tells of the trouble that an error is, if it is one. */
export function tellTroubleOf(tell: TellTrouble, error: unknown): void {
  const trouble = troubleOf(error);
  if (trouble) tell(trouble, error);
}

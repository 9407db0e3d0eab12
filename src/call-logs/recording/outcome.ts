import { GraphQLError } from 'graphql';
import { formatError, isUnexpected } from '../../graphql/format-error.js';
import type { LoggedContext } from '../../graphql/log-unexpected.js';
import type { RecordedCallLog } from './answer-recorded.js';
import type { RejectedCallLog } from './record-result.js';

/** A recorded call, or why a call was not recorded. */
export type Outcome = RecordedCallLog | Unrecorded;

/** Why a call was not recorded. */
export class Unrecorded {
  constructor(readonly error: unknown) {}

  /** Whether the call is right, and the server or the database was not able to record it. */
  get isFault(): boolean {
    // Mistakes name the argument that they are in.
    return !(this.error instanceof GraphQLError) || this.error.extensions['argument'] === undefined;
  }
}

/** The first fault, where none of the calls was recorded and there was one: sent again, they may be recorded. */
export function faultOfAll(outcomes: readonly Outcome[]): Unrecorded | undefined {
  const failures = outcomes.filter((outcome) => outcome instanceof Unrecorded);
  return failures.length < outcomes.length ? undefined : failures.find(({ isFault }) => isFault);
}

/**
 * What to tell of the calls that were not recorded, each as an answer's errors would tell it. What nobody expected is
 * logged.
 *
 * @param placeOf the place of a call, as its error has it
 */
export function explainRejections(
  outcomes: readonly Outcome[],
  placeOf: (index: number) => string,
  { log, requestId }: LoggedContext,
): RejectedCallLog[] {
  const logged = new Set<unknown>();
  return outcomes.flatMap((outcome, index) => {
    if (!(outcome instanceof Unrecorded)) return [];
    const { error } = outcome;
    if (isUnexpected(error) && !logged.has(error)) {
      logged.add(error);
      log.error({ err: error, requestId }, 'calls could not be recorded');
    }
    const own = error instanceof GraphQLError ? error.extensions : { requestId };
    const { message, extensions } = formatError(
      { message: (error as Error).message, extensions: own },
      error,
    );
    return [
      { index, field: fieldOf(own['argument'], placeOf(index)), code: String(extensions?.['code']), message },
    ];
  });
}

function fieldOf(argument: unknown, at: string): string | null {
  return typeof argument === 'string' && argument.startsWith(`${at}.`) ? argument.slice(at.length + 1) : null;
}

/** Faults under which what an experiment demands is known not to hold yet: these do not fail the tests. */
export const AWAITING: ReadonlySet<string> = new Set<string>();

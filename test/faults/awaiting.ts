/** Faults under which what an experiment demands is known not to hold yet: these do not fail the tests. */
export const AWAITING: ReadonlySet<string> = new Set([
  'a proxy hangs up at the first statement of every connection',
  'every insertion fails by SQLSTATE 53100',
  'another program has locked the row of a group',
  'PostgreSQL stands still',
  'PostgreSQL is stopped at once and started again',
  'another program has locked the table llm_call_logs',
  'clients leave before their calls were begun',
  'some clients name groups that there are not',
  'open connections are swallowed and new ones work',
  'the answer to a commit is cut off',
  'the server is frozen and woken again',
  'the server is told to stop, and all its connections are swallowed',
]);

import type { Caller } from '../graphql/context.js';
import { SCOPES, type Scope } from './scope.js';

declare module '../graphql/context.js' {
  interface Caller {
    /**
     * Tells callers apart, and the same caller with other rights: `token:` and the number of an access token, or
     * `jwt:` and a hash. For what is counted or remembered for each caller.
     */
    id: string;
    /** As they were granted; ADMIN stands for itself alone here. */
    scopes: ReadonlySet<Scope>;
  }
}

/** A caller who may do and see everything, for work that nobody asks for over the network. */
export function unlimitedCaller(name: string): Caller {
  return { id: name, name, scopes: new Set(SCOPES), groupIds: null };
}

/** Whether a caller sees calls of a group; null is for calls of no group, which only a caller without limits sees. */
export function maySeeGroup({ groupIds }: Caller, groupId: number | null): boolean {
  return groupIds === null || (groupId !== null && groupIds.includes(String(groupId)));
}

import type { RequestContext } from '../graphql/request-context.js';
import { SCOPES, type Scope } from './scope.js';

/** Who makes a request. */
export interface Caller {
  /**
   * Tells callers apart, and the same caller with other rights: `token:` and the number of an access token, or
   * `jwt:` and a hash. For what is counted or remembered for each caller.
   */
  id: string;
  /** As it is written into audit trails. */
  name: string;
  /** As they were granted; ADMIN stands for itself alone here. */
  scopes: ReadonlySet<Scope>;
  /** The only groups whose calls it may see and record; null for all. */
  groupIds: readonly string[] | null;
}

/** What a request works with that is made by somebody, as all requests to the API are. */
export interface CallerContext extends RequestContext {
  caller: Caller;
}

/** A caller who may do and see everything, for work that nobody asks for over the network. */
export function unlimitedCaller(name: string): Caller {
  return { id: name, name, scopes: new Set(SCOPES), groupIds: null };
}

/** Whether a caller sees calls of a group; null is for calls of no group, which only a caller without limits sees. */
export function maySeeGroup({ groupIds }: Caller, groupId: number | null): boolean {
  return groupIds === null || (groupId !== null && groupIds.includes(String(groupId)));
}

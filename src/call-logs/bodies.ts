/** Fields of a call that can be megabytes long. */
export const BODIES: ReadonlySet<string> = new Set(['requestMessages', 'responseContent', 'responseData']);

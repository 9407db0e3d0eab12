import Negotiator from 'negotiator';

const JSON_TYPE = 'application/json';
const GRAPHQL_TYPE = 'application/graphql-response+json';

function preferred(accept: string | undefined): string | undefined {
  if (accept === undefined) return JSON_TYPE;
  return new Negotiator({ headers: { accept } }).mediaType([JSON_TYPE, GRAPHQL_TYPE]);
}

/** Whether a client accepts one of the types that this server answers in. */
export function isAcceptable(accept: string | undefined): boolean {
  return preferred(accept) !== undefined;
}

/** The type to answer in; application/json where the client accepts any type, or none of ours. */
export function answerType(accept: string | undefined): string {
  return `${preferred(accept) ?? JSON_TYPE}; charset=utf-8`;
}

/**
 * Whether a client asks for application/json by name. For such clients, which came before the other type, the status
 * tells whether there is a GraphQL answer and not whether it is an error
 * (https://graphql.github.io/graphql-over-http/draft/#sec-application-json).
 */
export function wantsPlainJson(accept: string | undefined): boolean {
  return accept !== undefined && /\bapplication\/json\b/i.test(accept) && preferred(accept) === JSON_TYPE;
}

import type { GraphQLField } from 'graphql';

/**
 * For `@Extensions` of a field that gives out a secret column on purpose. Of any other field that does, the
 * consistency check says so.
 *
 * @param column such as `llm_configs.api_key`
 */
export function servesSecret(column: string): { servesSecret: string } {
  return { servesSecret: column };
}

/** The secret column that a field says it gives out. */
export function servedSecret({ extensions }: GraphQLField<unknown, unknown>): unknown {
  return extensions['servesSecret'];
}

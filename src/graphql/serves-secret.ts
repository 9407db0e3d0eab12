import { isObjectType, type GraphQLSchema } from 'graphql';

/**
 * For `@Extensions` of a field that gives out a secret column on purpose. The consistency check reports every other
 * field that does.
 *
 * @param column such as `llm_configs.api_key`
 */
export function servesSecret(column: string): { servesSecret: string } {
  return { servesSecret: column };
}

/** The fields that are declared to give out a secret column, such as `Query.openAIApiKey`. */
export function fieldsMeantToServe(schema: GraphQLSchema, table: string, column: string): string[] {
  return Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .flatMap((type) =>
      Object.values(type.getFields())
        .filter((field) => field.extensions['servesSecret'] === `${table}.${column}`)
        .map((field) => `${type.name}.${field.name}`),
    );
}

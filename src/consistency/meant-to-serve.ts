import { isObjectType, type GraphQLSchema } from 'graphql';
import { servedSecret } from '../graphql/serves-secret.js';

/** The fields that say of themselves that they give out a secret column, such as `Query.openAIApiKey`. */
export function fieldsMeantToServe(schema: GraphQLSchema, table: string, column: string): string[] {
  return Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .flatMap((type) =>
      Object.values(type.getFields())
        .filter((field) => servedSecret(field) === `${table}.${column}`)
        .map((field) => `${type.name}.${field.name}`),
    );
}

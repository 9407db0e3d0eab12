import { extendSchema, isObjectType, parse, type GraphQLFieldResolver, type GraphQLSchema } from 'graphql';
import type { ApiUse } from '../../src/consistency/api-use.js';
import { traceApiUse } from '../../src/consistency/trace/trace-api-use.js';
import { dryContext, type Context } from '../../src/context.js';
import type { Entities } from '../../src/database/database.js';
import { entities } from '../../src/entities.js';
import { createSchema } from '../../src/schema.js';

/** Traces a schema, on the tables of the product if no others are given. */
export function trace(schema: GraphQLSchema, known: Entities = entities): Promise<ApiUse> {
  return traceApiUse(schema, known, dryContext);
}

/**
 * The API with more fields.
 *
 * @param sdl such as `extend type Query { … }`
 * @param resolvers by the path of the field; a field without one shows the property of its name
 */
export async function planted(
  sdl: string,
  resolvers: Record<string, GraphQLFieldResolver<any, Context>> = {},
): Promise<GraphQLSchema> {
  const schema = extendSchema(await createSchema(), parse(sdl));
  for (const [path, resolve] of Object.entries(resolvers)) {
    const [typeName = '', fieldName = ''] = path.split('.');
    const type = schema.getType(typeName);
    const field = isObjectType(type) ? type.getFields()[fieldName] : undefined;
    if (!field) throw new Error(`There is no ${path}.`);
    field.resolve = resolve;
  }
  return schema;
}

/** Who reads, writes and serves a column. */
export function useOf({ tables }: ApiUse, table: string, column: string) {
  const use = tables.get(table)?.columns.get(column);
  if (!use) throw new Error(`There is no ${table}.${column}.`);
  return use;
}

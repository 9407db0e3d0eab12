import { lexicographicSortSchema, printSchema, type GraphQLSchema } from 'graphql';
import { buildSchema } from 'type-graphql';
import { CallLogResolver } from './call-logs/call-log-resolver.js';
import { ConsistencyResolver } from './consistency/consistency-resolver.js';
import { GroupResolver } from './groups/group-resolver.js';
import { KeyResolver } from './keys/key-resolver.js';
import { UsageResolver, UsageTotalsResolver } from './usage/usage-resolver.js';

export function createSchema(): Promise<GraphQLSchema> {
  return buildSchema({
    resolvers: [
      CallLogResolver,
      ConsistencyResolver,
      GroupResolver,
      KeyResolver,
      UsageResolver,
      UsageTotalsResolver,
    ],
    validate: false, // inputs are checked where they are compiled, with messages that name the field
  });
}

/** The schema as it is kept in schema.graphql: sorted, so that a change shows as a change. */
export async function printedSchema(): Promise<string> {
  return `${printSchema(lexicographicSortSchema(await createSchema()))}\n`;
}

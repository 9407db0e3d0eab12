import { lexicographicSortSchema, printSchema, type GraphQLSchema } from 'graphql';
import { buildSchema } from 'type-graphql';
import { AccessResolver } from './access/access-resolver.js';
import { protectFields } from './access/needs.js';
import { CallLogResolver } from './call-logs/call-log-resolver.js';
import { GroupCallLogsResolver } from './call-logs/group-call-logs-resolver.js';
import { ConsistencyResolver } from './consistency/consistency-resolver.js';
import { answerPrintedLists } from './graphql/answer/printed-list.js';
import { callOnDemand } from './graphql/on-demand.js';
import { GroupResolver } from './groups/group-resolver.js';
import { KeyResolver } from './keys/key-resolver.js';
import { CallLogUsageResolver } from './usage/call-log-usage-resolver.js';
import { GroupUsageResolver } from './usage/group-usage-resolver.js';
import { UsageResolver, UsageTotalsResolver } from './usage/usage-resolver.js';

/** @throws Error when a field of Query or Mutation does not say what it needs of its caller */
export async function createSchema(): Promise<GraphQLSchema> {
  const schema = await buildSchema({
    resolvers: [
      AccessResolver,
      CallLogResolver,
      CallLogUsageResolver,
      ConsistencyResolver,
      GroupCallLogsResolver,
      GroupResolver,
      GroupUsageResolver,
      KeyResolver,
      UsageResolver,
      UsageTotalsResolver,
    ],
    validate: false, // inputs are checked where they are compiled, with messages that name the field
  });
  return protectFields(answerPrintedLists(callOnDemand(schema)));
}

/** The schema as it is kept in schema.graphql: sorted, so that a change shows as a change. */
export async function printedSchema(): Promise<string> {
  return `${printSchema(lexicographicSortSchema(await createSchema()))}\n`;
}

import { beforeAll, expect, test } from '@jest/globals';
import { getNamedType, parse, TypeInfo, visit, visitWithTypeInfo, type GraphQLSchema } from 'graphql';
import { API_USE } from '../../src/consistency/api-use.js';
import { probesOf } from '../../src/consistency/trace/operations.js';
import { Columns, type Column } from '../../src/consistency/trace/sql/columns.js';
import { useOfStatement } from '../../src/consistency/trace/sql/statement-use.js';
import { loadParser } from '../../src/database/structure/sql-parser.js';
import { createSchema } from '../../src/schema.js';
import { useTestServer } from '../support/server.js';
import { collectStatements } from '../support/statements.js';

const server = useTestServer();
let schema: GraphQLSchema;

beforeAll(async () => {
  schema = await createSchema();
  await loadParser();
  const { createGroup } = await server.query('mutation { createGroup(name: "Research") { id } }');
  await server.query('mutation { rotateApiKey(input: { newApiKey: "sk-0123456789" }) { __typename } }');
  await server.query(
    `mutation ($input: [RecordCallLogInput!]!) { recordCallLogs(input: $input) { recorded } }`,
    {
      input: [
        { status: 'SUCCESS', requestMessages: [], groupId: createGroup.id, tokensUsed: 3, durationMs: 5 },
        { status: 'ERROR', requestMessages: 'x', requestParams: { model: 'm' }, activationCode: 'x' },
      ],
    },
  );
});

/** What an operation asks for: fields and input fields, by their paths. */
function fieldsOf(operation: string): Set<string> {
  const fields = new Set<string>();
  const types = new TypeInfo(schema);
  visit(
    parse(operation),
    visitWithTypeInfo(types, {
      Field: ({ name }) => void fields.add(`${types.getParentType()?.name}.${name.value}`),
      ObjectField: ({ name }) => {
        const type = getNamedType(types.getParentInputType());
        if (type) fields.add(`${type.name}.${name.value}`);
      },
    }),
  );
  return fields;
}

/** Runs an operation on the real server; gives what its statements do that the dry run did not tell of its fields. */
async function untold(operation: string): Promise<string[]> {
  const statements = await collectStatements(() => server.send(operation));
  const fields = [...fieldsOf(operation)];
  const isTold = ({ table, name }: Column, by: 'readBy' | 'writtenBy') =>
    API_USE.tables
      .get(table)
      ?.columns.get(name)
      ?.[by].some((field) => fields.includes(field)) ?? false;
  const columns = new Columns();
  for (const [table, { columns: known }] of API_USE.tables) columns.add(table, known.keys());
  return statements.flatMap((statement) => {
    const { reads, writes } = useOfStatement(statement, columns);
    return [
      ...[...reads.keys()]
        .filter((column) => !isTold(column, 'readBy'))
        .map((column) => ['reads', column] as const),
      ...[...writes]
        .filter((column) => !isTold(column, 'writtenBy'))
        .map((column) => ['writes', column] as const),
    ].map(([does, { table, name }]) => `${operation} ${does} ${table}.${name}`);
  });
}

test('real statements of every field and argument use no column that the dry run did not find', async () => {
  const operations = new Set(probesOf(schema).map(({ operation }) => operation));
  // The check itself reads the catalogues of the database, and of the tables one row for itself.
  const asked = [...operations].filter((operation) => !operation.includes('consistency'));
  expect(asked.length).toBeGreaterThan(200);
  const found: string[] = [];
  for (const operation of asked) found.push(...(await untold(operation)));
  expect(found).toEqual([]);
});

test.each([
  [
    'a page and its totals',
    `{
    callLogs(first: 1, filter: { callTime: { from: "2020-01-01T00:00:00Z" }, or: [{ status: { eq: SUCCESS } }] }) {
      nodes { id model group { name callLogs(last: 1) { totalCount } } }
      pageInfo { hasNextPage endCursor }
      usage { totals { calls averageDurationMs } }
    }
  }`,
  ],
  [
    'a breakdown of a breakdown',
    `{
    usage(filter: { callTime: { from: "2020-01-01T00:00:00Z", to: "2040-01-01T00:00:00Z" } }) {
      previous { totals { calls } }
      byModel(top: 2) { model usage { byGroup { group { name } usage { totals { durationMsPercentile(p: 0.9) } } } } }
      series(interval: YEAR) { start usage { byStatus { status usage { totals { errors } } } } }
    }
  }`,
  ],
  [
    'a record that is repeated',
    `mutation {
    one: recordCallLog(input: { status: ERROR, requestMessages: [], idempotencyKey: "k" }) { id status }
    two: recordProxyCallLog(input: { status: ERROR, requestMessages: [], idempotencyKey: "k" }) { configId }
  }`,
  ],
  [
    'a rotation and its trail',
    `mutation {
    rotateApiKey(input: { newApiKey: "sk-9876543210", reason: "It was time." }) {
      ... on ApiKeyRotated { config { apiKeyHint apiKeyFingerprint rotations { reason rotatedBy } } }
    }
  }`,
  ],
])('real statements of %s use no column that the dry run did not find', async (_, operation) => {
  expect(await untold(operation)).toEqual([]);
});

import { beforeAll, expect, test } from '@jest/globals';
import {
  getNamedType,
  isCompositeType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLObjectType,
} from 'graphql';
import { sql } from 'kysely';
import { createSchema } from '../../src/schema.js';
import { useTestServer } from '../support/server.js';

const server = useTestServer();
const schema = await createSchema();

const INJECTIONS = [
  "'; DROP TABLE llm_call_logs; --",
  '1); DELETE FROM groups; --',
  "' OR '1'='1",
  '$$; TRUNCATE llm_configs; $$',
  '"; DROP TABLE groups; --',
  "\\'; SELECT pg_sleep(30); --",
  '1 UNION SELECT api_key FROM llm_configs',
  '${1}; {{1}} %s %n \u0000 \ud800',
  "E'\\x27' || (SELECT api_key FROM llm_configs)",
];

const ATTACKED = new Set(['String', 'ID', 'JSON', 'DateTime', 'TimeZone']);

/** Where a text goes in: the way to it from a variable, and the variable's type. */
interface Place {
  name: string;
  query: string;
  variable: (text: string) => unknown;
}

/** The shortest way from a root to each type that has fields with arguments. */
function placesOf(): Place[] {
  const places: Place[] = [];
  const inputs = new Set<string>();
  for (const [root, kind] of [
    [schema.getQueryType(), 'query'],
    [schema.getMutationType(), 'mutation'],
  ] as const) {
    const seen = new Set<GraphQLObjectType>();
    const queue = root ? [{ type: root, wrap: (selection: string) => selection }] : [];
    for (const { type, wrap } of queue) {
      if (seen.has(type)) continue;
      seen.add(type);
      for (const field of Object.values(type.getFields())) {
        const below = getNamedType(field.type);
        const selection = isCompositeType(below) ? ' { __typename }' : '';
        const calls = (given: string) => {
          const needed = field.args.filter(
            (arg) => isNonNullType(arg.type) && arg.defaultValue === undefined,
          );
          const all = needed.map(({ name, type: needs }) => `${name}: ${literal(needs)}`);
          return [given, ...all.filter((one) => !one.startsWith(`${given.split(':')[0]}:`))].filter(Boolean);
        };
        const call = (given = '') => {
          const args = calls(given);
          return `${field.name}${args.length > 0 ? `(${args.join(', ')})` : ''}`;
        };
        for (const argument of field.args) {
          // Within each other to the third level where inputs come up first, which all fields read by the same code.
          const levels = inputs.has(String(argument.type)) ? 2 : 3;
          inputs.add(String(argument.type));
          for (const { path, build } of textsOf(argument, levels)) {
            places.push({
              name: `${type.name}.${field.name}(${path})`,
              query: `${kind} ($v: ${String(argument.type)}) { ${wrap(`${call(`${argument.name}: $v`)}${selection}`)} }`,
              variable: build,
            });
          }
        }
        if (isObjectType(below) && kind === 'query') {
          queue.push({ type: below, wrap: (inner) => wrap(`${call()} { ${inner} }`) });
        }
      }
    }
  }
  return places;
}

function literal(type: GraphQLInputType): string {
  const named = String(getNamedType(type));
  const known: Record<string, string> = {
    ID: '1',
    Int: '1',
    Float: '0.5',
    String: '"x"',
    TimeInterval: 'DAY',
  };
  return known[named] ?? '{}';
}

function textsOf(
  { name, type }: GraphQLArgument | GraphQLInputField,
  levels: number,
): { path: string; build: (text: string) => unknown }[] {
  const nullable = isNonNullType(type) ? type.ofType : type;
  const inList = (value: unknown) => (isListType(nullable) ? [value] : value);
  const named = getNamedType(type);
  if (ATTACKED.has(named.name)) {
    const isJson = named.name === 'JSON';
    return [
      { path: name, build: (text) => inList(isJson && name === 'requestParams' ? { [text]: text } : text) },
    ];
  }
  if (!isInputObjectType(named) || levels === 0) return [];
  const fields = Object.values(named.getFields());
  return fields.flatMap((field) =>
    textsOf(field, levels - 1).map(({ path, build }) => ({
      path: `${name}.${path}`,
      build: (text) => {
        const needed = named.name === 'RecordCallLogInput' ? { requestMessages: [], status: 'SUCCESS' } : {};
        return inList({ ...needed, [field.name]: build(text) });
      },
    })),
  );
}

const places = placesOf();

async function tables(): Promise<unknown> {
  const { rows } = await sql`
    SELECT count(*)::integer AS columns,
      (SELECT count(*)::integer FROM llm_configs) AS configs,
      (SELECT count(*)::integer FROM groups WHERE name = 'one') AS groups,
      (SELECT count(*)::integer FROM llm_call_logs WHERE activation_code = 'kept') AS calls
    FROM information_schema.columns WHERE table_schema = 'public'`.execute(server.database.sql);
  return rows[0];
}

beforeAll(async () => {
  await sql`INSERT INTO groups (name) VALUES ('one')`.execute(server.database.sql);
  await sql`INSERT INTO llm_configs (api_key) VALUES ('sk-planted')`.execute(server.database.sql);
  await sql`INSERT INTO llm_call_logs (request_messages, status, group_id, activation_code)
    VALUES ('[]', 'success', 1, 'kept')`.execute(server.database.sql);
});

test('texts go in at many places', () => {
  const names = places.map(({ name }) => name);
  expect(names.length).toBeGreaterThan(80);
  expect(names).toEqual(
    expect.arrayContaining([
      ...[
        'Query.callLogs(filter.text)',
        'Query.callLogs(after)',
        'Query.callLog(id)',
        'Query.usage(filter.not.text)',
      ],
      ...[
        'Mutation.recordCallLog(input.requestMessages)',
        'Usage.series(timeZone)',
        'Group.callLogs(before)',
      ],
    ]),
  );
});

test.each(INJECTIONS)('%s is nothing but a text, wherever it goes in', async (text) => {
  const before = await tables();
  for (const { name, query, variable } of places) {
    const { status, errors } = await server.send(query, { v: variable(text) });
    const codes = (errors ?? []).map(({ extensions }) => extensions['code']);
    // A document that this test writes wrong would attack nothing.
    expect([name, ...codes.filter((code) => code !== 'BAD_USER_INPUT')]).toEqual([name]);
    expect([200, 400]).toContain(status);
    expect(JSON.stringify(errors ?? [])).not.toMatch(/syntax error at|relation|sk-planted/i);
  }
  expect(await tables()).toEqual(before);
});

test('a cursor that decodes to SQL is refused', async () => {
  const payloads = [
    ["x', 1); DROP TABLE llm_call_logs; --", '2026-01-01', '1'],
    ['CALL_TIME_DESC', "'; DROP TABLE llm_call_logs; --", '1'],
    ['CALL_TIME_DESC', '2026-01-01', '1); DROP TABLE llm_call_logs; --'],
  ];
  for (const payload of payloads) {
    const bytes = Buffer.from(JSON.stringify(payload));
    for (const signature of [Buffer.alloc(0), Buffer.alloc(9), Buffer.from("' OR 1=1;")]) {
      const after = Buffer.concat([signature, bytes]).toString('base64url');
      const { errors } = await server.send(
        'query ($after: String) { callLogs(after: $after) { nodes { id } } }',
        { after },
      );
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument: 'after' } }]);
    }
  }
});

import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  buildSchema,
  execute,
  parse,
  type ExecutionResult,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import { AnswerTexts, printAnswer } from '../../../src/graphql/answer/answer-texts.js';
import { operationsOf } from '../../../src/graphql/answer/execute.js';

const schema = makeSchema();

function makeSchema(): GraphQLSchema {
  const made = buildSchema(`
    type Query { items: [Item!]! item: Item lists: [[Item]!] }
    type Item {
      id: ID! name: String count: Int! ratio: Float isOld: Boolean kind: Kind any: JSON tags: [String!] child: Item
      called: Item
    }
    enum Kind { GOOD BAD }
    scalar JSON`);
  const query = made.getQueryType()!;
  for (const field of Object.values(query.getFields()))
    field.resolve = (_source, _args, { value }: { value: unknown }) => value;
  const item = made.getType('Item') as GraphQLObjectType;
  // graphql-js takes any property that is a function for a resolver; only this one is.
  Object.assign(item.getFields()['called'] ?? {}, { resolve: (source: { child: unknown }) => source.child });
  return made;
}

type Executor = (request: unknown) => Promise<unknown>;

interface Answer {
  data: unknown;
  /** Members of errors have no order. */
  errors: string[];
}

/** What the executor of a server that has compiled the query answers; and what graphql-js would. */
async function bothAnswers(query: string, value: unknown): Promise<{ compiled: Answer; plain: Answer }> {
  const document = parse(query);
  const { executor } = (await operationsOf(schema).load({} as never)) as unknown as { executor: Executor };
  const context = { value, answer: new AnswerTexts() };
  const request = { document, operation: document.definitions[0], request: {}, context };
  await executor(request);
  const compiled = await executor(request);
  const plain = await execute({ schema, document, contextValue: context });
  return { compiled: read(compiled as ExecutionResult), plain: read(plain) };
}

function read(answer: ExecutionResult): Answer {
  const { data, errors = [] } = JSON.parse(printAnswer(answer).toString()) as {
    data: unknown;
    errors?: Record<string, unknown>[];
  };
  return {
    data: JSON.stringify(data),
    errors: errors.map(({ message, path, locations }) => JSON.stringify({ message, path, locations })),
  };
}

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('"', '\\', '\n', '\u007f', '\ud800', '￿', '😀'),
);
/** Mostly right; what is wrong, graphql-js must be asked about. */
const item = fc.letrec((tie) => ({
  item: fc.record(
    {
      id: fc.oneof({ weight: 9, arbitrary: text }, fc.integer(), fc.constantFrom(null, new Error('no id'))),
      name: fc.option(text),
      count: fc.oneof({ weight: 9, arbitrary: fc.integer() }, fc.constantFrom(2 ** 40, 'many', undefined)),
      ratio: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
      isOld: fc.option(fc.boolean()),
      kind: fc.oneof({ weight: 9, arbitrary: fc.constantFrom('GOOD', 'BAD', null) }, fc.constant('UGLY')),
      any: fc.option(fc.jsonValue()),
      tags: fc.option(fc.array(fc.oneof({ weight: 20, arbitrary: text }, fc.constant(null)))),
      child: fc.option(tie('item'), { depthSize: 'small' }),
    },
    { noNullPrototype: true },
  ),
})).item;

const QUERIES = [
  '{ items { id name count ratio isOld kind any tags child { id __typename c: count } } }',
  '{ item { number: id ...Part } item { child { child { kind } name } } } fragment Part on Item { id child { id } }',
  '{ items { name called { count tags } } }',
  '{ lists: lists { id ... on Item { kind } ... { kind name } } items { id } }',
];

test.each(QUERIES)('compiled, %s gives what graphql-js gives', async (query) => {
  await fc.assert(
    fc.asyncProperty(fc.array(item, { maxLength: 5 }), fc.boolean(), async (items, isNested) => {
      const value = query.includes('lists')
        ? isNested
          ? [items]
          : [items, [null]]
        : query.includes('items')
          ? items
          : items[0];
      const { compiled, plain } = await bothAnswers(query, value);
      expect(compiled.data).toBe(plain.data);
      // Of several errors that one null stands for, graphql-js tells the first.
      expect(compiled.errors).toEqual(expect.arrayContaining(plain.errors));
      expect(compiled.errors.length > 0).toBe(plain.errors.length > 0);
    }),
    { numRuns: 200 },
  );
});

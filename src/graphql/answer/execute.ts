import type { ApolloServerOptionsWithGateway, BaseContext } from '@apollo/server';
import {
  execute,
  GraphQLError,
  Kind,
  OperationTypeNode,
  visit,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';
import { LRUCache } from 'lru-cache';
import { Json } from '../scalars.js';
import type { AnswerTexts } from './answer-texts.js';
import { variableReader } from './read-variables.js';

type Gateway = ApolloServerOptionsWithGateway<BaseContext>['gateway'];

/** Runs one operation with variables that were read. */
type Run = (variableValues: Record<string, unknown>, contextValue: unknown) => Promise<ExecutionResult>;

/** Compiled operations that are kept; of more, the one that was not asked for longest is forgotten. */
const MAX_COMPILED = 250;

/**
 * Runs the operations of a schema for Apollo, which takes an executor from a gateway only.
 *
 * An operation that comes a second time is compiled by graphql-jit, which takes as long as to validate it; the same
 * resolvers run either way. See README.md beside this.
 */
export function operationsOf(schema: GraphQLSchema): Gateway {
  const interpreted = new WeakMap<OperationDefinitionNode, Run>();
  const compiled = new LRUCache<OperationDefinitionNode, Run>({ max: MAX_COMPILED });
  const runOf = (document: DocumentNode, operation: OperationDefinitionNode): Run => {
    const known = compiled.get(operation);
    if (known) return known;
    const seen = interpreted.get(operation);
    const run = seen
      ? (compile(schema, document, operation) ?? seen)
      : interpret(schema, document, operation);
    (seen ? compiled : interpreted).set(operation, run);
    return run;
  };
  return {
    onSchemaLoadOrUpdate(tell) {
      tell({ apiSchema: schema, coreSupergraphSdl: '' });
      return () => undefined;
    },
    load: () =>
      Promise.resolve({
        executor: async ({ document, operation, request: { variables = {} }, context }) => {
          const { data, ...rest } = await runOf(document, operation)(variables, context);
          if (data == null) return data === undefined ? rest : { data, ...rest };
          const { answer } = context as BaseContext & { answer: AnswerTexts };
          return { data: answer.complete(data) as typeof data, ...rest };
        },
      }),
    stop: () => Promise.resolve(),
  };
}

function interpret(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): Run {
  const operationName = operation.name?.value;
  const prepared = withReadVariables(document, operation);
  return readingVariables(schema, document, operation, async (variableValues, contextValue) =>
    execute({ schema, document: prepared, operationName, contextValue, variableValues }),
  );
}

/** graphql-jit keeps no field that is called `__proto__`; who asks for the schema does so once. */
const NOT_COMPILED = new Set(['__proto__', '__schema', '__type']);

/**
 * Whether graphql-jit compiles an operation right. Where a field is selected twice, and once with @skip or @include, it
 * gives more than that; and of several mutations, it goes on after one that failed.
 */
function isCompilable(document: DocumentNode, { operation, selectionSet }: OperationDefinitionNode): boolean {
  const [first, ...others] = selectionSet.selections;
  let isPlain = operation === OperationTypeNode.QUERY || (first?.kind === Kind.FIELD && others.length === 0);
  visit(document, {
    Directive: () => void (isPlain = false),
    Name: ({ value }) => void (isPlain &&= !NOT_COMPILED.has(value)),
  });
  return isPlain;
}

function compile(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): Run | undefined {
  if (!isCompilable(document, operation)) return undefined;
  const compiled = compileQuery(schema, withReadVariables(document, operation), operation.name?.value);
  if (!isCompiledQuery(compiled)) return undefined;
  return readingVariables(schema, document, operation, async (variableValues, contextValue) => {
    const { errors, ...result } = await compiled.query(undefined, contextValue, variableValues);
    return errors ? { ...result, errors: errors.map(extensible) } : result;
  });
}

/** Variables are read here: what is compiled cannot read inputs within inputs, and neither way knows an `Unread`. */
function readingVariables(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  run: Run,
): Run {
  const read = variableReader(schema, document, operation);
  return async (variables, contextValue) => {
    const { errors, coerced } = read(variables);
    return errors ? { errors } : run(coerced, contextValue);
  };
}

/** Any JSON is taken for a variable as it is. */
function withReadVariables(document: DocumentNode, operation: OperationDefinitionNode): DocumentNode {
  const type = { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: Json.name } } as const;
  const variableDefinitions = operation.variableDefinitions?.map(({ kind, variable }) => ({
    ...{ kind, variable, type },
  }));
  const prepared = { ...operation, ...(variableDefinitions && { variableDefinitions }) };
  return {
    ...document,
    definitions: document.definitions.map((one) => (one === operation ? prepared : one)),
  };
}

/** An error of graphql-jit as graphql-js has it: its extensions can be added to. */
function extensible({ message, path, locations, originalError, extensions }: GraphQLError): GraphQLError {
  return Object.assign(new GraphQLError(message, { path, originalError, extensions }), { locations });
}

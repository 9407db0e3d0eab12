import type { ApolloServerOptionsWithGateway, BaseContext } from '@apollo/server';
import {
  execute,
  GraphQLError,
  getVariableValues,
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

type Gateway = ApolloServerOptionsWithGateway<BaseContext>['gateway'];

/** Runs one operation. */
type Run = (variables: Record<string, unknown>, contextValue: unknown) => Promise<ExecutionResult>;

/** Compiled operations that are kept; of more, the one that was not asked for longest is forgotten. */
const MAX_COMPILED = 250;

/**
 * Runs the operations of a schema for Apollo, which takes an executor from a gateway only.
 *
 * An operation that comes a second time is compiled by graphql-jit, which takes as long as to validate it; the same
 * resolvers run either way. See README.md beside this.
 */
export function operationsOf(schema: GraphQLSchema): Gateway {
  const seen = new WeakSet<OperationDefinitionNode>();
  const compiled = new LRUCache<OperationDefinitionNode, Run>({ max: MAX_COMPILED });
  const runOf = (document: DocumentNode, operation: OperationDefinitionNode): Run => {
    const known = compiled.get(operation);
    if (known) return known;
    const interpreted = interpret(schema, document, operation);
    if (!seen.has(operation)) {
      seen.add(operation);
      return interpreted;
    }
    const run = compile(schema, document, operation) ?? interpreted;
    compiled.set(operation, run);
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

function interpret(schema: GraphQLSchema, document: DocumentNode, { name }: OperationDefinitionNode): Run {
  return async (variableValues, contextValue) =>
    execute({ schema, document, operationName: name?.value, contextValue, variableValues });
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

/** As many as graphql-js tells of. */
const MAX_ERRORS = 50;

/** graphql-js reads the variables, and the compiled query takes them as they are: it cannot read inputs within inputs. */
function compile(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): Run | undefined {
  if (!isCompilable(document, operation)) return undefined;
  const { variableDefinitions = [] } = operation;
  const type = { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: Json.name } } as const;
  const withReadVariables: OperationDefinitionNode = {
    ...operation,
    variableDefinitions: variableDefinitions.map(({ kind, variable }) => ({ kind, variable, type })),
  };
  const definitions = document.definitions.map((one) => (one === operation ? withReadVariables : one));
  const compiled = compileQuery(schema, { ...document, definitions }, operation.name?.value);
  if (!isCompiledQuery(compiled)) return undefined;
  return async (variables, contextValue) => {
    const read = getVariableValues(schema, variableDefinitions, variables, { maxErrors: MAX_ERRORS });
    if (read.errors) return { errors: read.errors };
    const { errors, ...result } = await compiled.query(undefined, contextValue, read.coerced);
    return errors ? { ...result, errors: errors.map(extensible) } : result;
  };
}

/** An error of graphql-jit as graphql-js has it: its extensions can be added to. */
function extensible({ message, path, locations, originalError, extensions }: GraphQLError): GraphQLError {
  return Object.assign(new GraphQLError(message, { path, originalError, extensions }), { locations });
}

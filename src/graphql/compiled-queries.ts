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
import { addPrintedFields, withPrintedFields } from './printed-fields.js';
import { Json } from './scalars.js';
import { Unprintable } from './value-printer.js';

type Gateway = ApolloServerOptionsWithGateway<BaseContext>['gateway'];

/**
 * Runs the operations of a schema for Apollo, which takes an executor from a gateway only.
 *
 * One that comes a second time is compiled to JavaScript: that takes as long as to validate it. From then on a page of
 * many fields costs a fraction of what it did, and a recorded call a fifth less.
 */
export function compiledQueries(schema: GraphQLSchema): Gateway {
  const queries = new CompiledQueries(schema);
  return {
    onSchemaLoadOrUpdate(tell) {
      tell({ apiSchema: schema, coreSupergraphSdl: '' });
      return () => undefined;
    },
    load: () =>
      Promise.resolve({
        executor: async ({ document, operation, operationName, request, context: contextValue }) => {
          const { variables = {} } = request;
          const run = queries.find(document, operation);
          if (run) return run(variables, contextValue);
          return execute({ schema, document, operationName, contextValue, variableValues: variables });
        },
      }),
    stop: () => Promise.resolve(),
  };
}

type Run = (variables: Record<string, unknown>, contextValue: unknown) => Promise<ExecutionResult>;

/** Compiled queries that are kept; of more, the one that was not asked for longest is forgotten. */
const MOST = 250;

class CompiledQueries {
  readonly #schema: GraphQLSchema;
  readonly #printing: GraphQLSchema;
  /** Those that came before, and whether they can be compiled. */
  readonly #asked = new WeakMap<OperationDefinitionNode, boolean>();
  readonly #compiled = new Map<OperationDefinitionNode, Run>();

  constructor(schema: GraphQLSchema) {
    this.#schema = schema;
    this.#printing = addPrintedFields(schema);
  }

  find(document: DocumentNode, operation: OperationDefinitionNode): Run | undefined {
    const found = this.#compiled.get(operation) ?? this.#compileNext(document, operation);
    if (!found) return undefined;
    this.#compiled.delete(operation);
    this.#compiled.set(operation, found);
    const [oldest] = this.#compiled.keys();
    if (this.#compiled.size > MOST && oldest) this.#compiled.delete(oldest);
    return found;
  }

  #compileNext(document: DocumentNode, operation: OperationDefinitionNode): Run | undefined {
    const isFit = this.#asked.get(operation);
    if (isFit === undefined) this.#asked.set(operation, isCompilable(document, operation));
    return isFit ? compile(this.#schema, this.#printing, document, operation) : undefined;
  }
}

/** graphql-jit keeps no field that is called `__proto__`; the others would tell of the fields that print. */
const UNFIT = new Set(['__proto__', '__schema', '__type']);

/**
 * What graphql-jit compiles right: where a field is selected twice, and once with @skip or @include, it gives more than
 * that; and of several mutations, it goes on after one that failed.
 */
function isCompilable(document: DocumentNode, { operation, selectionSet }: OperationDefinitionNode): boolean {
  const [first, ...others] = selectionSet.selections;
  let isPlain = operation === OperationTypeNode.QUERY || (first?.kind === Kind.FIELD && others.length === 0);
  visit(document, {
    Directive: () => void (isPlain = false),
    Name: ({ value }) => void (isPlain &&= !UNFIT.has(value)),
  });
  return isPlain;
}

/** As many as graphql-js tells of. */
const MAX_ERRORS = 50;

/** graphql-js reads the variables, and the compiled query takes them as they are: it cannot read inputs within inputs. */
function compile(
  schema: GraphQLSchema,
  printing: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): Run | undefined {
  const { variableDefinitions = [] } = operation;
  // What cannot be printed is asked for once more, and a mutation is not to be done twice.
  const isQuery = operation.operation === OperationTypeNode.QUERY;
  const type = { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: Json.name } } as const;
  const asTheyAre = {
    ...(isQuery ? withPrintedFields(printing, document, operation) : operation),
    variableDefinitions: variableDefinitions.map(({ kind, variable }) => ({ kind, variable, type })),
  };
  const definitions = document.definitions.map((one) => (one === operation ? asTheyAre : one));
  const compiled = compileQuery(printing, { ...document, definitions }, operation.name?.value);
  if (!isCompiledQuery(compiled)) return undefined;
  return async (variables, contextValue) => {
    const read = getVariableValues(schema, variableDefinitions, variables, { maxErrors: MAX_ERRORS });
    if (read.errors) return { errors: read.errors };
    const { errors, ...result } = await compiled.query(undefined, contextValue, read.coerced);
    if (!errors) return result;
    if (errors.some(({ originalError }) => originalError instanceof Unprintable)) {
      return execute({
        schema,
        document,
        operationName: operation.name?.value,
        contextValue,
        variableValues: variables,
      });
    }
    return { ...result, errors: errors.map(asTheyWouldBe) };
  };
}

/** An error as graphql-js has it, whose extensions can be added to. */
function asTheyWouldBe({ message, path, locations, originalError, extensions }: GraphQLError): GraphQLError {
  return Object.assign(new GraphQLError(message, { path, originalError, extensions }), { locations });
}

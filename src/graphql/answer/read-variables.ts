import {
  getNamedType,
  getNullableType,
  getVariableValues,
  isListType,
  isObjectType,
  Kind,
  typeFromAST,
  TypeInfo,
  ValidationContext,
  visit,
  visitWithTypeInfo,
  type ArgumentNode,
  type ASTNode,
  type DocumentNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type VariableDefinitionNode,
} from 'graphql';
import { memo } from '../memo.js';
import { READ_BY_RESOLVER, Unread } from '../unread.js';

/** As many as graphql-js tells of. */
const MAX_ERRORS = 50;

/** Reads the values of an operation's variables, or gives the errors that they have. */
export type VariableReader = (variables: Record<string, unknown>) => ReturnType<typeof getVariableValues>;

/**
 * Gives what reads the variables of an operation as graphql-js does, but leaves those {@link Unread} of which all places
 * are items that a resolver reads itself (see `ArgOfItems`).
 */
export function variableReader(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): VariableReader {
  const { variableDefinitions = [] } = operation;
  const ofItems = variablesOfItems(schema, document, operation);
  return (variables) => {
    const unread: Record<string, Unread> = {};
    const others = variableDefinitions.filter((definition) => {
      const { value: name } = definition.variable.name;
      if (!ofItems.has(definition) || !isGiven(schema, definition, variables[name])) return true;
      unread[name] = new Unread(variables[name]);
      return false;
    });
    const read = getVariableValues(schema, others, variables, { maxErrors: MAX_ERRORS });
    return read.errors ? read : { coerced: { ...read.coerced, ...unread } };
  };
}

/** Without a list there are no items, and the request is refused as any other. An item that is missing is a bad one. */
function isGiven(
  schema: GraphQLSchema,
  { type, defaultValue }: VariableDefinitionNode,
  value: unknown,
): boolean {
  if (value != null) return true;
  const isList = isListType(getNullableType(typeFromAST(schema, type as never)));
  return !isList && (value === null || defaultValue === undefined);
}

function variablesOfItems(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): ReadonlySet<VariableDefinitionNode> {
  const types = itemTypes(schema);
  const candidates = (operation.variableDefinitions ?? []).filter(({ type }) => {
    const given = getNamedType(typeFromAST(schema, type as never));
    return given !== undefined && types.has(given);
  });
  if (candidates.length === 0) return new Set();
  const places = placesOfItems(schema, document);
  const usages = new ValidationContext(
    schema,
    document,
    new TypeInfo(schema),
    () => undefined,
  ).getRecursiveVariableUsages(operation);
  const elsewhere = new Set(usages.flatMap(({ node }) => (places.has(node) ? [] : [node.name.value])));
  return new Set(candidates.filter(({ variable }) => !elsewhere.has(variable.name.value)));
}

/** The types of items that resolvers read. Few variables have one of these, and only those are looked at further. */
const itemTypes = memo((schema: GraphQLSchema): ReadonlySet<GraphQLNamedType> => {
  const fields = Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .flatMap((type): GraphQLField<unknown, unknown>[] => Object.values(type.getFields()));
  return new Set(
    fields.flatMap(({ args, extensions }) =>
      args.filter(({ name }) => name === extensions[READ_BY_RESOLVER]).map(({ type }) => getNamedType(type)),
    ),
  );
});

/** Where a document has a variable for items that a resolver reads, or for one of them. */
function placesOfItems(schema: GraphQLSchema, document: DocumentNode): ReadonlySet<ASTNode> {
  const places = new Set<ASTNode>();
  const types = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(types, {
      Field(node) {
        const name = types.getFieldDef()?.extensions[READ_BY_RESOLVER];
        const argument = node.arguments?.find((one) => one.name.value === name);
        if (argument) for (const place of placesIn(argument)) places.add(place);
      },
    }),
  );
  return places;
}

function placesIn({ value }: ArgumentNode): readonly ASTNode[] {
  return value.kind === Kind.LIST ? value.values : [value];
}

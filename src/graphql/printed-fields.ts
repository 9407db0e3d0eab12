import {
  extendSchema,
  getNamedType,
  isIntrospectionType,
  isNonNullType,
  isObjectType,
  Kind,
  parse,
  type DocumentNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { collectFields, collectSubfields } from 'graphql/execution/collectFields.js';
import type { JsonText } from './json-text.js';
import { standsFor } from './selected-fields.js';
import { shapeOf, type Selections } from './shape.js';
import { piecePrinterOf, Unprintable } from './value-printer.js';

const PREFIX = 'printed_';

const printers = new WeakMap<FieldNode, (value: unknown) => JsonText>();

/**
 * Adds for each field of objects one that gives the same as JSON, of what is selected of it. Only operations that were
 * made by {@link withPrintedFields} can select these.
 *
 * @returns another schema
 */
export function addPrintedFields(schema: GraphQLSchema): GraphQLSchema {
  const types = Object.values(schema.getTypeMap()).filter(
    (type) => isObjectType(type) && !isIntrospectionType(type),
  ) as GraphQLObjectType[];
  const printed = types.map((type) => ({
    type,
    fields: Object.values(type.getFields()).filter((field) => isObjectType(getNamedType(field.type))),
  }));
  const added = printed
    .filter(({ fields }) => fields.length > 0)
    .map(({ type, fields }) => {
      const lines = fields.map(({ name, type }) => `${PREFIX}${name}: JSON${isNonNullType(type) ? '!' : ''}`);
      return `extend type ${type.name} { ${lines.join(' ')} }`;
    });
  const extended = extendSchema(schema, parse(added.join('\n')));
  for (const { type, fields } of printed) {
    const itsFields = (extended.getType(type.name) as GraphQLObjectType).getFields();
    for (const field of fields) {
      Object.assign(itsFields[PREFIX + field.name] ?? {}, { args: field.args, resolve: printing(field) });
    }
  }
  return extended;
}

function printing(field: GraphQLField<unknown, unknown>): GraphQLField<unknown, unknown>['resolve'] {
  const { name: fieldName, type: returnType, resolve } = field;
  return async (source, args, context, info) => {
    const value: unknown = resolve
      ? await resolve(source, args, context, { ...info, fieldName, returnType })
      : (source as Record<string, unknown>)[fieldName];
    if (value === null || value === undefined) {
      if (isNonNullType(returnType)) throw new Unprintable();
      return null;
    }
    const [node] = info.fieldNodes;
    const print = node && printers.get(node);
    if (!print) throw new Error(`${fieldName} is printed where nothing was made to print it.`);
    return print(value);
  };
}

/**
 * The same operation, which selects printed fields wherever it selects nothing but properties of what a field gives.
 *
 * @param document without directives, and valid
 */
export function withPrintedFields(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): OperationDefinitionNode {
  const fragments = Object.fromEntries(
    document.definitions
      .filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment]),
  );
  const selections = { schema, fragments };
  const type = schema.getRootType(operation.operation);
  if (!type) return operation;
  const asked = collectFields(schema, fragments, {}, type, operation.selectionSet);
  return {
    ...operation,
    selectionSet: { kind: Kind.SELECTION_SET, selections: rewriteAll(selections, type, asked) },
  };
}

/** @param asked by response name, the nodes that select a field */
function rewriteAll(
  selections: Selections,
  type: GraphQLObjectType,
  asked: ReadonlyMap<string, readonly FieldNode[]>,
): FieldNode[] {
  return [...asked.values()].flatMap((nodes) => rewrite(selections, type, nodes));
}

/** As many nodes as before: an error tells where all of them are. */
function rewrite(
  selections: Selections,
  parent: GraphQLObjectType,
  nodes: readonly FieldNode[],
): FieldNode[] {
  const name = nodes[0]?.name.value ?? '';
  const field = parent.getFields()[name];
  const type = field && getNamedType(field.type);
  if (!field || !isObjectType(type)) return [...nodes];
  const shape = shapeOf(selections, field.type, nodes);
  if (shape) {
    const print = piecePrinterOf(shape);
    return nodes.map((node) => {
      const alias = node.alias ?? node.name;
      const printed = { ...node, alias, name: { kind: Kind.NAME, value: PREFIX + name } as const };
      printers.set(printed, print);
      standsFor(printed, node, shape);
      return printed;
    });
  }
  const asked = collectSubfields(selections.schema, selections.fragments, {}, type, nodes);
  const merged = rewriteAll(selections, type, asked);
  return nodes.map((node, index) => {
    const selectionSet = { kind: Kind.SELECTION_SET, selections: index === 0 ? merged : [] } as const;
    const rewritten = { ...node, selectionSet };
    standsFor(rewritten, node);
    return rewritten;
  });
}

import {
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql';
import { collectSubfields } from 'graphql/execution/collectFields.js';

/** What is selected of a value, where that is nothing but properties, which take no resolver to read. */
export type Shape = LeafShape | ListShape | ObjectShape;

export interface LeafShape {
  kind: 'leaf';
  type: GraphQLLeafType;
}

export interface ListShape {
  kind: 'list';
  items: Part;
}

export interface ObjectShape {
  kind: 'object';
  type: GraphQLObjectType;
  /** In the order of the answer. */
  properties: readonly Property[];
}

/** A value within another one. */
interface Part {
  shape: Shape;
  nullable: boolean;
}

export interface Property extends Part {
  /** What the answer calls it. */
  key: string;
  name: string;
}

/** What `__typename` is a property of: it takes no value. */
export const TYPE_NAME = '__typename';

/** What selections are read with. */
export interface Selections {
  schema: GraphQLSchema;
  fragments: Record<string, FragmentDefinitionNode>;
}

/**
 * Finds the shape of what is selected of a type.
 *
 * @param nodes the field, once for each time that an operation selects it in one place
 * @returns undefined where more than properties is selected
 */
export function shapeOf(
  selections: Selections,
  type: GraphQLOutputType,
  nodes: readonly FieldNode[],
): Shape | undefined {
  if (isNonNullType(type)) return shapeOf(selections, type.ofType, nodes);
  if (isListType(type)) {
    const items = partOf(selections, type.ofType, nodes);
    return items && { kind: 'list', items };
  }
  if (isObjectType(type)) return objectShape(selections, type, nodes);
  return isLeafType(type) ? { kind: 'leaf', type } : undefined;
}

function partOf(
  selections: Selections,
  type: GraphQLOutputType,
  nodes: readonly FieldNode[],
): Part | undefined {
  const shape = shapeOf(selections, type, nodes);
  return shape && { shape, nullable: !isNonNullType(type) };
}

function objectShape(
  selections: Selections,
  type: GraphQLObjectType,
  nodes: readonly FieldNode[],
): ObjectShape | undefined {
  if (type.isTypeOf) return undefined;
  const { schema, fragments } = selections;
  const properties: Property[] = [];
  for (const [key, selected] of collectSubfields(schema, fragments, {}, type, nodes)) {
    const property = propertyOf(selections, type, key, selected);
    if (!property) return undefined;
    properties.push(property);
  }
  return { kind: 'object', type, properties };
}

function propertyOf(
  selections: Selections,
  type: GraphQLObjectType,
  key: string,
  nodes: readonly FieldNode[],
): Property | undefined {
  const name = nodes[0]?.name.value ?? '';
  const field = type.getFields()[name];
  const part =
    name === TYPE_NAME
      ? partOf(selections, nameOfTypes(selections.schema), nodes)
      : field && isProperty(field) && partOf(selections, field.type, nodes);
  return part ? { key, name, ...part } : undefined;
}

function nameOfTypes(schema: GraphQLSchema): GraphQLOutputType {
  return schema.getType('String') as GraphQLLeafType;
}

/** Whether a field is read from its object as it is, without a function being called for it. */
function isProperty({ resolve, args }: GraphQLField<unknown, unknown>): boolean {
  return resolve === undefined && args.length === 0;
}

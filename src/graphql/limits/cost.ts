import {
  getNamedType,
  getNullableType,
  isCompositeType,
  isListType,
  isObjectType,
  Kind,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  valueFromASTUntyped,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { ArgumentReader, CostHints } from './cost-hints.js';
import { introspectionSize, INTROSPECTED_OBJECT_COST } from './introspection-cost.js';
import { isConditional, isLeftOut } from './left-out.js';
import { sizeOf } from './list-size.js';

/** What is known, at one place of an operation, about the lists and the stretch of time around it. */
interface Around {
  size: number | undefined;
  span: number | undefined;
}

/** Gives the cost of one place: of what is done once, and of what is done for each object. */
type Part = (variables: Record<string, unknown>, around: Around) => { once: number; each: number };

/** The cost of an operation with these variables. */
export type OperationCost = (variables: Record<string, unknown>) => number;

/**
 * Prepares the cost of an operation of a valid document: 1 for each object that the answer can hold, by the page sizes
 * of the lists around it, and what the hints of the fields add. What @skip or @include leaves out costs nothing.
 */
export function operationCost(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): OperationCost {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const defaults = Object.fromEntries(
    (operation.variableDefinitions ?? []).map(({ variable, defaultValue }) => [
      variable.name.value,
      defaultValue && valueFromASTUntyped(defaultValue),
    ]),
  );
  const root = schema.getRootType(operation.operation);
  const parts = new Compiler(schema, fragments).selection(operation.selectionSet, root);
  const compute: OperationCost = (variables) => {
    const { once, each } = sum(parts, { ...defaults, ...variables }, { size: undefined, span: undefined });
    return Math.ceil(once + each);
  };
  if (operation.variableDefinitions?.length) return compute;
  const cost = compute({});
  return () => cost;
}

function sum(parts: readonly Part[], variables: Record<string, unknown>, around: Around) {
  let once = 0;
  let each = 0;
  for (const part of parts) {
    const cost = part(variables, around);
    once += cost.once;
    each += cost.each;
  }
  return { once, each };
}

class Compiler {
  constructor(
    readonly schema: GraphQLSchema,
    readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  ) {}

  selection({ selections }: SelectionSetNode, type: GraphQLNamedType | undefined | null): Part[] {
    return selections.flatMap((selection) => {
      const parts = this.#parts(selection, type);
      if (!isConditional(selection)) return parts;
      return parts.map(
        (part): Part =>
          (variables, around) =>
            isLeftOut(selection, variables) ? { once: 0, each: 0 } : part(variables, around),
      );
    });
  }

  #parts(selection: SelectionNode, type: GraphQLNamedType | undefined | null): Part[] {
    if (selection.kind === Kind.FIELD) return this.#field(selection, type);
    const fragment =
      selection.kind === Kind.FRAGMENT_SPREAD ? this.fragments.get(selection.name.value) : selection;
    if (!fragment) return [];
    const condition = fragment.typeCondition?.name.value;
    return this.selection(fragment.selectionSet, condition ? this.schema.getType(condition) : type);
  }

  #field(node: FieldNode, parent: GraphQLNamedType | undefined | null): Part[] {
    const field = this.#definition(node.name.value, parent);
    if (!field) return [];
    const hints = (field.extensions['cost'] ?? {}) as CostHints;
    const type = getNamedType(field.type);
    const isList = isListType(getNullableType(field.type));
    const isObject = isCompositeType(type);
    const introspected = type.name.startsWith('__');
    if (!isObject && hints.each === undefined && hints.once === undefined) return [];
    const own = (hints.each ?? 0) + (isObject ? (introspected ? INTROSPECTED_OBJECT_COST : 1) : 0);
    const below = node.selectionSet ? this.selection(node.selectionSet, type) : [];
    const fixedSize = introspected ? introspectionSize(this.schema, node.name.value) : undefined;
    return [
      (variables, around) => {
        const argument = argumentReader(node, field, variables);
        const asked = hints.size?.(argument, around.span) ?? sizeOf(field, argument);
        const items = isList ? (fixedSize ?? asked ?? around.size ?? USUAL_SIZE) : 1;
        const span = hints.span ? hints.span(argument, around.span) : around.span;
        const inside = sum(below, variables, { size: isList ? undefined : asked, span });
        return { once: (hints.once ?? 0) + inside.once, each: items * (own + inside.each) };
      },
    ];
  }

  #definition(
    name: string,
    parent: GraphQLNamedType | undefined | null,
  ): GraphQLField<unknown, unknown> | undefined {
    if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
    if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
    return isObjectType(parent) ? parent.getFields()[name] : undefined;
  }
}

/** Assumed items of a list whose length nothing tells beforehand. */
const USUAL_SIZE = 10;

function argumentReader(
  node: FieldNode,
  field: GraphQLField<unknown, unknown>,
  variables: Record<string, unknown>,
): ArgumentReader {
  return (name) => {
    const given = node.arguments?.find((argument) => argument.name.value === name);
    const value = given && valueFromASTUntyped(given.value, variables);
    return value === undefined ? field.args.find((argument) => argument.name === name)?.defaultValue : value;
  };
}

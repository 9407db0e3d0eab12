import { Kind, type FieldNode, type GraphQLResolveInfo } from 'graphql';
import { parseResolveInfo, type ResolveTree } from 'graphql-parse-resolve-info';
import type { ObjectShape, Shape } from './shape.js';

/** What an operation selects of the objects that a resolver is to give. */
export interface Selected {
  /** Equal where the fields are. */
  key: string;
  /** The names of the fields. */
  fields: ReadonlySet<string>;
  /**
   * What is printed of each object, where that is the same in the whole answer: whoever has it printed already can give
   * that for the object.
   */
  shape?: ObjectShape | undefined;
}

/**
 * What an operation selects below the field being resolved, or further down.
 *
 * @param paths each the names of the fields in between, such as `['edges', 'node']`; what is selected at
 *   any of them counts
 */
export function selectedFields(info: GraphQLResolveInfo, ...paths: string[][]): Selected {
  const known = found.get(info.fieldNodes);
  if (known) return known;
  const places = paths.length === 0 ? [[]] : paths;
  const fields = findFields(info, places);
  const selected = { key: [...fields].sort().join(), fields, shape: findShape(info, places) };
  found.set(info.fieldNodes, selected);
  return selected;
}

/**
 * What was found before, by the nodes that stand for a field in one place of an operation. A compiled query, in which
 * no variable leaves anything out, has the same list of them each time; graphql-js makes a new one for each request.
 */
const found = new WeakMap<readonly FieldNode[], Selected>();

/** Nodes of operations that were rewritten, and what was there before. */
const originals = new WeakMap<FieldNode, FieldNode>();

/** What is printed of the values of fields, by their nodes. */
const shapes = new WeakMap<FieldNode, Shape>();

/**
 * Says that a node of a rewritten operation selects what another one did.
 *
 * @param shape of the field's value, where that is printed
 */
export function standsFor(node: FieldNode, original: FieldNode, shape?: Shape): void {
  originals.set(node, original);
  if (shape) shapes.set(node, shape);
}

function originalOf(node: FieldNode): FieldNode {
  return originals.get(node) ?? node;
}

function findFields(info: GraphQLResolveInfo, places: string[][]): Set<string> {
  const fieldNodes = info.fieldNodes.map(originalOf);
  const root = parseResolveInfo({ ...info, fieldNodes }) as ResolveTree | null | undefined;
  const selected = places.flatMap((path) => {
    let level = root ? [root] : [];
    for (const name of path) {
      level = level.flatMap(childrenOf).filter((child) => child.name === name);
    }
    return level.flatMap(childrenOf);
  });
  return new Set(selected.map((child) => child.name));
}

function childrenOf(tree: ResolveTree): ResolveTree[] {
  return Object.values(tree.fieldsByTypeName).flatMap((fields) => Object.values(fields));
}

function findShape({ fieldNodes }: GraphQLResolveInfo, places: string[][]): ObjectShape | undefined {
  const all = new Set(places.flatMap((path) => fieldNodes.flatMap((node) => shapesAt(node, path))));
  const [only] = all;
  return all.size === 1 ? only : undefined;
}

/** One for each time that the place is selected; undefined where its value is not printed whole. */
function shapesAt(node: FieldNode, path: string[]): (ObjectShape | undefined)[] {
  const shape = shapes.get(node);
  if (shape) return shapesWithin(shape, path);
  const [name, ...further] = path;
  if (name === undefined) return [undefined];
  const children = (node.selectionSet?.selections ?? []).filter(({ kind }) => kind === Kind.FIELD);
  return (children as FieldNode[])
    .filter((child) => originalOf(child).name.value === name)
    .flatMap((child) => shapesAt(child, further));
}

function shapesWithin(shape: Shape, path: string[]): (ObjectShape | undefined)[] {
  if (shape.kind === 'list') return shapesWithin(shape.items.shape, path);
  if (shape.kind === 'leaf') return [undefined];
  const [name, ...further] = path;
  if (name === undefined) return [shape];
  return shape.properties
    .filter((property) => property.name === name)
    .flatMap((property) => shapesWithin(property.shape, further));
}

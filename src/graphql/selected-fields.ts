import type { FieldNode, GraphQLResolveInfo } from 'graphql';
import { parseResolveInfo, type ResolveTree } from 'graphql-parse-resolve-info';

/**
 * The names of the fields that an operation selects below the field being resolved, or further down.
 *
 * @param paths each the names of the fields in between, such as `['edges', 'node']`; what is selected at
 *   any of them counts
 */
export function selectedFields(info: GraphQLResolveInfo, ...paths: string[][]): ReadonlySet<string> {
  const known = found.get(info.fieldNodes);
  if (known) return known;
  const fields = findFields(info, paths);
  found.set(info.fieldNodes, fields);
  return fields;
}

/**
 * What was found before, by the nodes that stand for a field in one place of an operation. A compiled query, in which
 * no variable leaves anything out, has the same list of them each time; graphql-js makes a new one for each request.
 */
const found = new WeakMap<readonly FieldNode[], ReadonlySet<string>>();

/** Nodes of operations that were rewritten, and what was there before. */
const originals = new WeakMap<FieldNode, FieldNode>();

/** Says that a node of a rewritten operation selects what another one did. */
export function standsFor(node: FieldNode, original: FieldNode): void {
  originals.set(node, original);
}

function findFields(info: GraphQLResolveInfo, paths: string[][]): Set<string> {
  const fieldNodes = info.fieldNodes.map((node) => originals.get(node) ?? node);
  const root = parseResolveInfo({ ...info, fieldNodes }) as ResolveTree | null | undefined;
  const places = paths.length === 0 ? [[]] : paths;
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

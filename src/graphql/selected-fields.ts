import type { GraphQLResolveInfo } from 'graphql';
import { parseResolveInfo, type ResolveTree } from 'graphql-parse-resolve-info';

/**
 * The names of the fields that the operation selects below the field being resolved.
 *
 * @param path names of the fields in between, such as `['edges', 'node']`; none for the field itself
 */
export function selectedFields(info: GraphQLResolveInfo, ...path: string[]): Set<string> {
  const root = parseResolveInfo(info) as ResolveTree | null | undefined;
  let level = root ? [root] : [];
  for (const name of path) {
    level = level.flatMap(childrenOf).filter((child) => child.name === name);
  }
  return new Set(level.flatMap(childrenOf).map((child) => child.name));
}

function childrenOf(tree: ResolveTree): ResolveTree[] {
  return Object.values(tree.fieldsByTypeName).flatMap((fields) => Object.values(fields));
}

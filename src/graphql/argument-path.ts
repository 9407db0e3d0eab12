import { Kind, parse, visit, type ASTNode, type Source } from 'graphql';
import { memo } from './memo.js';

const VALUE_KINDS = new Set<Kind>([
  ...[Kind.INT, Kind.FLOAT, Kind.STRING, Kind.BOOLEAN, Kind.NULL, Kind.ENUM],
  ...[Kind.LIST, Kind.OBJECT, Kind.OBJECT_FIELD],
]);

/** Whether the node is a value written into the document, or a part of one. */
export function isInlineValue(node: ASTNode | undefined): node is ASTNode {
  return node !== undefined && VALUE_KINDS.has(node.kind);
}

/** Where in its argument a value stands that is written into the document, such as `filter.callTime.from`. */
export function argumentPath(node: ASTNode): string | undefined {
  if (!node.loc) return undefined;
  return pathsOf(node.loc.source).get(placeOf(node));
}

function placeOf({ kind, loc }: ASTNode): string {
  return `${kind} ${loc?.start} ${loc?.end}`;
}

/** A document can hold many bad values: it is parsed again and walked through for the first of them only. */
const pathsOf = memo((source: Source): ReadonlyMap<string, string> => {
  const found = new Map<string, string>();
  const names: string[] = [];
  visit(parse(source), {
    enter(visited) {
      if (visited.kind === Kind.ARGUMENT) names.length = 0;
      if (visited.kind === Kind.ARGUMENT || visited.kind === Kind.OBJECT_FIELD)
        names.push(visited.name.value);
      if (names.length > 0) found.set(placeOf(visited), names.join('.'));
    },
    leave(visited) {
      if (visited.kind === Kind.ARGUMENT || visited.kind === Kind.OBJECT_FIELD) names.pop();
    },
  });
  return found;
});

import { Kind, parse, visit, type ASTNode, type DocumentNode, type Source } from 'graphql';

const VALUE_KINDS = new Set<Kind>([
  ...[Kind.INT, Kind.FLOAT, Kind.STRING, Kind.BOOLEAN, Kind.NULL, Kind.ENUM],
  ...[Kind.LIST, Kind.OBJECT, Kind.OBJECT_FIELD],
]);

/** Whether the node is a value written into the document, or a part of one. */
export function isInlineValue(node: ASTNode | undefined): node is ASTNode {
  return node !== undefined && VALUE_KINDS.has(node.kind);
}

/** A document can hold many bad values: it is parsed again for the first of them only. */
const documents = new WeakMap<Source, DocumentNode>();

function documentOf(source: Source): DocumentNode {
  const document = documents.get(source) ?? parse(source);
  documents.set(source, document);
  return document;
}

/** Where in its argument a value stands that is written into the document, such as `filter.callTime.from`. */
export function argumentPath(node: ASTNode): string | undefined {
  const { loc } = node;
  if (!loc) return undefined;
  let found: string | undefined;
  const names: string[] = [];
  visit(documentOf(loc.source), {
    enter(visited) {
      if (visited.kind === Kind.ARGUMENT) names.length = 0;
      if (visited.kind === Kind.ARGUMENT || visited.kind === Kind.OBJECT_FIELD)
        names.push(visited.name.value);
      if (visited.kind === node.kind && visited.loc?.start === loc.start && visited.loc.end === loc.end) {
        found = names.join('.');
      }
    },
    leave(visited) {
      if (visited.kind === Kind.ARGUMENT || visited.kind === Kind.OBJECT_FIELD) names.pop();
    },
  });
  return found;
}

import { parse, visit, type ASTNode } from 'graphql';

const VALUE_KINDS = new Set([
  ...['IntValue', 'FloatValue', 'StringValue', 'BooleanValue', 'NullValue', 'EnumValue'],
  ...['ListValue', 'ObjectValue', 'ObjectField'],
]);

/** Whether the node is a value written into the document, or a part of one. */
export function isInlineValue(node: ASTNode | undefined): node is ASTNode {
  return node !== undefined && VALUE_KINDS.has(node.kind);
}

/** Where in its argument a value stands that is written into the document, such as `filter.callTime.from`. */
export function argumentPath(node: ASTNode): string | undefined {
  const { loc } = node;
  if (!loc) return undefined;
  let found: string | undefined;
  const names: string[] = [];
  visit(parse(loc.source), {
    enter(visited) {
      if (visited.kind === 'Argument') names.length = 0;
      if (visited.kind === 'Argument' || visited.kind === 'ObjectField') names.push(visited.name.value);
      if (visited.kind === node.kind && visited.loc?.start === loc.start && visited.loc.end === loc.end) {
        found = names.join('.');
      }
    },
    leave(visited) {
      if (visited.kind === 'Argument' || visited.kind === 'ObjectField') names.pop();
    },
  });
  return found;
}

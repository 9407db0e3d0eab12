import { valueFromASTUntyped, type DirectiveNode, type SelectionNode } from 'graphql';

/** Whether a selection has @skip or @include. */
export function isConditional({ directives = [] }: SelectionNode): boolean {
  return directives.some(({ name }) => name.value === 'skip' || name.value === 'include');
}

/** Whether @skip or @include leaves a selection out. A condition that is no Boolean leaves nothing out: it is refused. */
export function isLeftOut({ directives = [] }: SelectionNode, variables: Record<string, unknown>): boolean {
  return directives.some((directive) => {
    if (directive.name.value === 'skip') return conditionOf(directive, variables) === true;
    return directive.name.value === 'include' && conditionOf(directive, variables) === false;
  });
}

function conditionOf({ arguments: given = [] }: DirectiveNode, variables: Record<string, unknown>): unknown {
  const condition = given.find(({ name }) => name.value === 'if');
  return condition && valueFromASTUntyped(condition.value, variables);
}

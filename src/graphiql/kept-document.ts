import { Kind, OperationTypeNode, parse, type OperationDefinitionNode } from 'graphql';

/** A document of a tab or of the history, with what else GraphiQL notes of it. */
export interface Entry {
  [name: string]: unknown;
  query?: string | null;
  variables?: string | null;
}

/** A mutation that is commented out, where a provider key is entered, or what looks like a key or a token. */
const SECRET = /\bmutation\b|newApiKey|\b(?:sk-|lcl_)[\w-]{8}/;

/**
 * What may be kept of an entry: the whole of a query, and those of its variables that it declares. Nothing is kept of
 * a mutation, which may carry a key, nor of what is no GraphQL, which may be a key that was pasted in the wrong place.
 */
export function keptOf(entry: Entry): Entry | undefined {
  const operations = operationsOf(entry.query ?? '');
  if (operations.length === 0 || operations.some(({ operation }) => operation !== OperationTypeNode.QUERY))
    return undefined;
  const kept = 'variables' in entry ? { ...entry, variables: declared(entry.variables, operations) } : entry;
  const texts = Object.values(kept).filter((value) => typeof value === 'string');
  return texts.some((text) => SECRET.test(text)) ? undefined : kept;
}

function operationsOf(query: string): OperationDefinitionNode[] {
  try {
    return parse(query).definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  } catch {
    return [];
  }
}

/** Variables stay in their editor when the query above them is replaced: those of another one are left out. */
function declared(
  variables: string | null | undefined,
  operations: readonly OperationDefinitionNode[],
): string | null {
  const names = operations.flatMap(({ variableDefinitions = [] }) =>
    variableDefinitions.map(({ variable }) => variable.name.value),
  );
  const given = Object.entries(parseObject(variables ?? ''));
  const kept = given.filter(([name]) => names.includes(name));
  if (kept.length === 0) return null;
  return kept.length === given.length
    ? (variables ?? null)
    : JSON.stringify(Object.fromEntries(kept), null, 2);
}

function parseObject(text: string): object {
  try {
    return Object(JSON.parse(text)) as object;
  } catch {
    return {};
  }
}

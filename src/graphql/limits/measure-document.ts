import { Kind, type DocumentNode, type FragmentDefinitionNode, type SelectionSetNode } from 'graphql';
import { limitExceeded } from './limit-exceeded.js';
import type { Limits } from './limits.js';

/** A selection set in its place, with the fragments that it was reached through. */
interface Occurrence {
  selectionSet: SelectionSetNode;
  within: Chain | undefined;
}

interface Chain {
  fragment: string;
  within: Chain | undefined;
}

/**
 * Refuses a document that asks for too much, before validation, some of whose rules compare every field with every
 * other that has the same name. Fragments are walked through where they are spread, and the walk ends where it has
 * seen as many fields as a document may have: its time is bounded, whatever the document.
 *
 * @throws GraphQLError with the code of the first limit that is exceeded
 */
export function measureDocument(document: DocumentNode, limits: Limits): void {
  const { definitions } = document;
  if (definitions.length > limits.definitions) {
    throw limitExceeded(
      'TOO_MANY_DEFINITIONS',
      `A document has at most ${limits.definitions} operations and fragments.`,
      {
        limit: limits.definitions,
        actual: definitions.length,
      },
    );
  }
  const walk = new Walk(document, limits);
  for (const definition of definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) walk.enter(definition.selectionSet);
  }
  // Validation looks into fragments that nothing spreads, too.
  for (const fragment of walk.unused()) walk.enter(fragment.selectionSet);
  walk.check();
}

class Walk {
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  readonly #used = new Set<string>();
  #selections = 0;
  #aliases = 0;
  #depth = 0;
  #repeats = 0;

  constructor(
    document: DocumentNode,
    readonly limits: Limits,
  ) {
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION)
        this.#fragments.set(definition.name.value, definition);
    }
  }

  enter(selectionSet: SelectionSetNode): void {
    this.#walkLevel([{ selectionSet, within: undefined }], 1);
  }

  unused(): FragmentDefinitionNode[] {
    return [...this.#fragments.values()].filter(({ name }) => !this.#used.has(name.value));
  }

  check(): void {
    const { depth, aliases, repeats } = this.limits;
    if (this.#depth > depth) {
      throw limitExceeded('TOO_DEEP', `Fields are nested at most ${depth} levels deep.`, {
        limit: depth,
        actual: this.#depth,
      });
    }
    if (this.#aliases > aliases) {
      throw limitExceeded('TOO_MANY_ALIASES', `A document has at most ${aliases} aliases.`, {
        limit: aliases,
        actual: this.#aliases,
      });
    }
    if (this.#repeats > repeats) {
      throw limitExceeded('TOO_MANY_REPEATS', `A field is selected at most ${repeats} times in one place.`, {
        limit: repeats,
        actual: this.#repeats,
      });
    }
  }

  /** Walks through all selection sets that stand in one place, as execution merges them. */
  #walkLevel(occurrences: Occurrence[], depth: number): void {
    this.#depth = Math.max(this.#depth, depth);
    const places = new Map<string, { times: number; below: Occurrence[] }>();
    for (const { selectionSet, within } of occurrences) this.#collect(selectionSet, within, places);
    for (const { times, below } of places.values()) {
      this.#repeats = Math.max(this.#repeats, times);
      if (below.length > 0) this.#walkLevel(below, depth + 1);
    }
  }

  #collect(
    { selections }: SelectionSetNode,
    within: Chain | undefined,
    places: Map<string, { times: number; below: Occurrence[] }>,
  ): void {
    for (const selection of selections) {
      this.#count();
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        this.#collect(selection.selectionSet, within, places);
      } else if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const name = selection.name.value;
        const fragment = this.#fragments.get(name);
        this.#used.add(name);
        // One that spreads itself is for validation to refuse.
        if (fragment && !isWithin(name, within)) {
          this.#collect(fragment.selectionSet, { fragment: name, within }, places);
        }
      } else {
        if (selection.alias) this.#aliases++;
        const name = (selection.alias ?? selection.name).value;
        const place = places.get(name) ?? { times: 0, below: [] };
        places.set(name, place);
        place.times++;
        if (selection.selectionSet) place.below.push({ selectionSet: selection.selectionSet, within });
      }
    }
  }

  #count(): void {
    const limit = this.limits.fields;
    if (++this.#selections > limit) {
      const message = `A document selects at most ${limit} fields; those of a fragment count each time that it is spread.`;
      throw limitExceeded('TOO_MANY_FIELDS', message, { limit });
    }
  }
}

function isWithin(fragment: string, chain: Chain | undefined): boolean {
  for (let at = chain; at; at = at.within) if (at.fragment === fragment) return true;
  return false;
}

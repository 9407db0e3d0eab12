import type { Column, Columns } from './columns.js';

/** A value that a statement was given: one of its parameters (counted from 1), or a constant written into it. */
export type Given = { parameter: number; element: boolean } | { constant: unknown };

/** A column of what a SELECT or RETURNING answers, or of a relation in FROM. */
export interface Output {
  name: string;
  /** The columns that it is computed from. */
  reads: ReadonlySet<Column>;
  /** Those of them whose value may come out of it, whole or in part, rather than only be counted or compared. */
  passes: ReadonlySet<Column>;
  /** Where its value is known beforehand. */
  given?: Given | undefined;
}

/** Something that FROM names. */
export interface Relation {
  alias: string;
  /** Of a table, its name. */
  table?: string | undefined;
  outputs: readonly Output[];
  /** Where it may have columns that are not known: one of them. */
  columnNamed?: ((name: string) => Output) | undefined;
}

/** Columns that every table has, and no table declares. */
const SYSTEM_COLUMNS = new Set(['ctid', 'xmin', 'xmax', 'cmin', 'cmax', 'tableoid']);

/** The relations that the expressions of one query see, within those of the query around it. */
export class Scope {
  readonly relations: Relation[] = [];
  readonly ctes = new Map<string, readonly Output[]>();
  /** Columns that WHERE sets equal to a given value. */
  readonly equal = new Map<Column, Given>();

  constructor(
    readonly columns: Columns,
    readonly parent?: Scope,
  ) {}

  /** What a name, such as `id` or `calls.id`, refers to; several outputs where it is a whole row. */
  resolve(path: readonly string[]): readonly Output[] {
    const name = path.at(-1) ?? '';
    const qualifier = path.at(-2);
    if (qualifier !== undefined) {
      const relation = this.#find(({ alias }) => alias === qualifier);
      return relation ? this.#outputsOf(relation, name) : [];
    }
    for (const scope of this.#chain()) {
      const output = scope.relations.flatMap(({ outputs }) => outputs).find((one) => one.name === name);
      if (output) return [output];
      const row = scope.relations.find(({ alias }) => alias === name);
      if (row) return scope.wholeRow(row);
      const open = scope.relations.find(({ columnNamed }) => columnNamed);
      if (open) return this.#outputsOf(open, name);
    }
    // A column that no table has: it is told of the nearest one, so that somebody notices.
    const nearest = this.#find(({ table }) => table !== undefined);
    return nearest ? this.#outputsOf(nearest, name) : [];
  }

  /** The columns of a relation; where they are not known, one that stands for all. */
  wholeRow({ outputs, columnNamed }: Relation): readonly Output[] {
    return columnNamed && outputs.length === 0 ? [columnNamed('*')] : outputs;
  }

  cte(name: string): readonly Output[] | undefined {
    for (const scope of this.#chain()) {
      const outputs = scope.ctes.get(name);
      if (outputs) return outputs;
    }
    return undefined;
  }

  #outputsOf({ table, outputs, columnNamed }: Relation, name: string): readonly Output[] {
    const output = outputs.find((one) => one.name === name) ?? columnNamed?.(name);
    if (output) return [output];
    if (table === undefined || SYSTEM_COLUMNS.has(name)) return [];
    return [outputOf(this.columns.get(table, name))];
  }

  #find(matches: (relation: Relation) => boolean): Relation | undefined {
    for (const scope of this.#chain()) {
      const relation = scope.relations.find(matches);
      if (relation) return relation;
    }
    return undefined;
  }

  *#chain(): Iterable<Scope> {
    yield this;
    if (this.parent) yield* this.parent.#chain();
  }
}

/** A column as a relation has it. */
export function outputOf(column: Column, name = column.name): Output {
  const itself = new Set([column]);
  return { name, reads: itself, passes: itself };
}

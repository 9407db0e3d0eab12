/** A column of a table. One object for one column, so that sets and maps of them work. */
export interface Column {
  readonly table: string;
  readonly name: string;
}

/** The columns of some tables, and those of other tables as statements name them. */
export class Columns {
  readonly #tables = new Map<string, Map<string, Column>>();
  readonly #known = new Map<string, readonly Column[]>();

  /** Makes a table known. */
  add(table: string, names: Iterable<string>): void {
    const columns = [...names].map((name) => this.get(table, name));
    this.#known.set(table, [...new Set(columns)]);
  }

  /** The known tables. */
  get tables(): Iterable<string> {
    return this.#known.keys();
  }

  /** All columns of a table; undefined where the table is not known. */
  of(table: string): readonly Column[] | undefined {
    return this.#known.get(table);
  }

  /** A column by its name, be it known or not. */
  get(table: string, name: string): Column {
    const columns = this.#tables.get(table) ?? new Map<string, Column>();
    this.#tables.set(table, columns);
    const column = columns.get(name) ?? { table, name };
    columns.set(name, column);
    return column;
  }
}

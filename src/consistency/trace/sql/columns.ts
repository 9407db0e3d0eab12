/** A column of a table. One object for one column, so that sets and maps of them work. */
export interface Column {
  readonly table: string;
  readonly name: string;
}

/** The columns of some tables, and those of other tables as statements name them. */
export class Columns {
  readonly #tables = new Map<string, Map<string, Column>>();
  readonly #known = new Map<string, readonly Column[]>();

  readonly #times = new Set<Column>();

  /**
   * Makes a table known.
   *
   * @param times those of its columns that hold moments
   */
  add(table: string, names: Iterable<string>, times: Iterable<string> = []): void {
    this.#known.set(table, [...new Set([...names].map((name) => this.get(table, name)))]);
    for (const name of times) this.#times.add(this.get(table, name));
  }

  /** Whether a value that comes from these columns is a moment. */
  areTimes(columns: ReadonlySet<Column>): boolean {
    return columns.size > 0 && [...columns].every((column) => this.#times.has(column));
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

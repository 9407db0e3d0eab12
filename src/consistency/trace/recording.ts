import type { Column, Columns } from './sql/columns.js';
import type { Given, Output } from './sql/scope.js';
import { useOfStatement, type StatementUse } from './sql/statement-use.js';

/** A database as a dry run finds it: whether it answers a statement with a row, or with none. */
export interface World {
  name: string;
  hasRow: (statement: StatementUse) => boolean;
}

/** There is a row of everything. */
export const FULL: World = { name: 'full', hasRow: () => true };

/** There is nothing yet. */
export const EMPTY: World = { name: 'empty', hasRow: () => false };

/** Ten digits, which are a text and a number alike, and small enough for GraphQL's Int. */
const FIRST_MARK = 1_234_500_000;
/** More than a recording has marks; as a number of days, within the years that are written with four digits. */
const ALTERED = 1_000_000;

/** What a dry run of one operation did with the database, and the marked values that it was handed. */
export class Recording {
  readonly statements: StatementUse[] = [];
  readonly unparsed: string[] = [];
  /** Where each marked value came from, by its text. */
  readonly marks = new Map<string, Pick<Output, 'reads' | 'passes'>>();
  #reads: ReadonlyMap<Column, number> | undefined;

  /**
   * @param altered marks of an earlier recording; this one hands out other values in their place, so that
   *   what depends on them shows
   */
  constructor(
    readonly world: World,
    readonly altered: readonly string[] = [],
  ) {}

  /**
   * A value that nothing else has, by which what becomes of it can be told.
   *
   * @param isTime makes it the midnight of a day: code that computes with times goes on with it
   */
  mark(origin: Pick<Output, 'reads' | 'passes'>, isTime = false): string {
    const number = this.marks.size;
    const write = isTime ? dayOf : (one: number) => String(FIRST_MARK + one);
    const mark = write(number);
    this.marks.set(mark, origin);
    const given = this.altered.includes(mark) ? write(number + ALTERED) : mark;
    return isTime ? `${given} 00:00:00` : given;
  }

  /** Which columns were read and how often; asked for when all is done. */
  get reads(): ReadonlyMap<Column, number> {
    return (this.#reads ??= this.#countReads());
  }

  get writes(): Set<Column> {
    return new Set(this.statements.flatMap(({ writes }) => [...writes]));
  }

  #countReads(): Map<Column, number> {
    const reads = new Map<Column, number>();
    for (const statement of this.statements) {
      for (const [column, times] of statement.reads) reads.set(column, (reads.get(column) ?? 0) + times);
    }
    return reads;
  }
}

/** A day for each number, so that neighbours are near each other in time. */
function dayOf(number: number): string {
  return new Date(Date.UTC(2009, 1, number)).toISOString().slice(0, 10);
}

/** Answers statements as a table of at most one row would, and notes them. */
export class Recorder {
  readonly #uses = new Map<string, StatementUse | null>();

  constructor(readonly columns: Columns) {}

  /** Notes a statement; gives the rows that the recording's world has for it. */
  answer(recording: Recording, text: string, values: readonly unknown[]): Record<string, unknown>[] {
    const use = this.#useOf(text);
    if (!use) {
      recording.unparsed.push(text);
      return [];
    }
    recording.statements.push(use);
    if (use.outputs.length === 0 || !recording.world.hasRow(use)) return [];
    return [
      Object.fromEntries(
        use.outputs.map((output) => [
          output.name,
          output.given
            ? valueOf(output.given, values)
            : recording.mark(output, this.columns.areTimes(output.passes)),
        ]),
      ),
    ];
  }

  #useOf(text: string): StatementUse | null {
    let use = this.#uses.get(text);
    if (use === undefined) {
      try {
        use = useOfStatement(text, this.columns);
      } catch {
        use = null;
      }
      this.#uses.set(text, use);
    }
    return use;
  }
}

/** A row that is asked for by its number has that number, or nobody would know it for the right one. */
function valueOf(given: Given, values: readonly unknown[]): unknown {
  if ('constant' in given) return given.constant;
  const value = values[given.parameter - 1];
  return given.element && Array.isArray(value) ? (value as unknown[])[0] : value;
}

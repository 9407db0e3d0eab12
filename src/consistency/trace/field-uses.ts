import type { Column } from './sql/columns.js';
import type { DryRun } from './dry-run.js';
import type { Recording } from './recording.js';

/** What a field uses. */
export interface FieldUse {
  /** Columns that its statements read. */
  reads: Set<Column>;
  /** Columns that its value is made of, whichever field's statements read them. */
  shows: Set<Column>;
  writes: Set<Column>;
  tables: Set<string>;
  /** Columns whose value it hands out. */
  serves: Set<Column>;
  /** Statements of it that could not be read. */
  unparsed: Set<string>;
  /** Whether it ever sent a statement or had a value. */
  alive: boolean;
}

/** The uses of fields by their paths, such as `CallLog.tokensUsed`. */
export class FieldUses {
  readonly #uses = new Map<string, FieldUse>();

  of(field: string): FieldUse {
    const use = this.#uses.get(field) ?? newUse();
    this.#uses.set(field, use);
    return use;
  }

  [Symbol.iterator](): Iterator<[string, FieldUse]> {
    return this.#uses[Symbol.iterator]();
  }

  /** Notes which fields handed out marked values, wherever in an answer they came back. */
  addAnswer(answer: unknown, marks: Recording['marks']): void {
    for (const object of objectsOf(answer)) {
      for (const [name, value] of Object.entries(object)) {
        if (value == null || name === '__typename') continue;
        const field = `${String(object['__typename'])}.${name}`;
        this.of(field).alive = true;
        if (objectsOf(value).length > 0) this.addAnswer(value, marks);
        else this.#addText(field, JSON.stringify(value), marks);
      }
    }
  }

  /** Notes the marked values in the errors that a field was answered with. */
  addErrors(field: string, { errors, recording }: DryRun): void {
    const [, name] = field.split('.');
    for (const error of errors) {
      if (error.path?.findLast((key) => typeof key === 'string') !== name) continue;
      this.#addText(field, JSON.stringify(error), recording.marks);
    }
  }

  #addText(field: string, text: string, marks: Recording['marks']): void {
    const use = this.of(field);
    for (const [mark, { reads, passes }] of marks) {
      if (!text.includes(mark)) continue;
      for (const column of reads) use.shows.add(column);
      for (const column of passes) use.serves.add(column);
    }
  }
}

/** Adds one use to another. */
export function addUse(use: FieldUse, more: Partial<FieldUse>): void {
  for (const column of more.reads ?? []) use.reads.add(column);
  for (const column of more.shows ?? []) use.shows.add(column);
  for (const column of more.writes ?? []) use.writes.add(column);
  for (const table of more.tables ?? []) use.tables.add(table);
  for (const statement of more.unparsed ?? []) use.unparsed.add(statement);
  use.alive ||= more.alive ?? false;
}

/** All that an operation did. */
export function useOf(recording: Recording): FieldUse {
  return differenceOf(recording, undefined);
}

/** What is done for a selection in another place: with the selection, and with none there. */
export interface Elsewhere {
  same: Recording;
  nothing: Recording;
}

/**
 * What an operation did that the one without the field did not: read a column more often, write one, send a
 * statement. What is also done for the same selection elsewhere does not count.
 */
export function differenceOf(
  recording: Recording,
  without: Recording | undefined,
  elsewhere: readonly Elsewhere[] = [],
): FieldUse {
  const use = newUse();
  for (const [column, times] of recording.reads) {
    const timesIn = (other: Recording | undefined) => other?.reads.get(column) ?? 0;
    const explained = elsewhere.map(({ same, nothing }) => Math.max(0, timesIn(same) - timesIn(nothing)));
    if (times > explained.reduce((sum, more) => sum + more, timesIn(without))) use.reads.add(column);
  }
  const others = [without, ...elsewhere.map(({ same }) => same)].filter((other) => other !== undefined);
  const written = new Set(others.flatMap(({ writes }) => [...writes]));
  for (const column of recording.writes) if (!written.has(column)) use.writes.add(column);
  const unreadable = new Set(others.flatMap(({ unparsed }) => unparsed));
  for (const text of recording.unparsed) if (!unreadable.has(text)) use.unparsed.add(text);
  const sent = new Set(others.flatMap(({ statements }) => statements));
  for (const statement of recording.statements) {
    if (sent.has(statement)) continue;
    use.alive = true;
    for (const table of statement.tables) use.tables.add(table);
  }
  return use;
}

function newUse(): FieldUse {
  return {
    reads: new Set(),
    shows: new Set(),
    writes: new Set(),
    tables: new Set(),
    serves: new Set(),
    unparsed: new Set(),
    alive: false,
  };
}

/** The objects of the API in a value; every one of them says its type, and a JSON value does not. */
function objectsOf(value: unknown): Record<string, unknown>[] {
  if (Array.isArray(value)) return value.flatMap(objectsOf);
  const isObject = value !== null && typeof value === 'object' && '__typename' in value;
  return isObject ? [value] : [];
}

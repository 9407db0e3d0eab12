import type { NewCallLog } from '../recording/prepare-call-log.js';
import type { GroupIds } from './group-ids.js';
import type { ImportedCall } from './prepare-row.js';
import type { Rejects } from './rejects.js';
import type { ReadRow, Row } from './row-reader.js';
import type { RowSink } from './rows.js';

/** Gathers the good rows of a piece of a file, and sends the bad ones to the rejects. */
export class RowBatch implements RowSink {
  #rows: { imported: ImportedCall; row: Row; line: number }[] = [];
  /** How many secrets were replaced in the calls that were taken. */
  redacted = 0;

  /** @param columns names of the cells of CSV, to show a rejected row by */
  constructor(
    private readonly read: ReadRow,
    private readonly columns: readonly string[],
    private readonly rejects: Rejects,
  ) {}

  row(row: Row, line: number): void {
    try {
      this.#rows.push({ imported: this.read(row), row, line });
    } catch (error) {
      this.#reject(row, line, (error as Error).message);
    }
  }

  broken(raw: unknown, line: number, reason: string): void {
    this.rejects.add(raw, line, `The row ${reason}`);
  }

  /** The names of groups that rows name and that are not there yet. */
  missingGroups(groups: GroupIds): Set<string> {
    const missing = new Set<string>();
    for (const { imported } of this.#rows) {
      if (imported.group !== null && groups.idOf(imported.group) === undefined) missing.add(imported.group);
    }
    return missing;
  }

  /** The gathered calls, each with the number of its group; the batch is empty then. */
  take(groups: GroupIds): NewCallLog[] {
    const calls: NewCallLog[] = [];
    for (const { imported, row, line } of this.#rows) {
      const { call, group } = imported;
      if (group !== null) call.groupId = groups.idOf(group) ?? null;
      if (call.groupId === null || groups.has(call.groupId)) {
        calls.push(call);
        this.redacted += imported.redacted;
      } else
        this.#reject(row, line, `groupId must be the number of a group; there is no group ${call.groupId}.`);
    }
    this.#rows = [];
    return calls;
  }

  #reject(row: Row, line: number, reason: string): void {
    this.rejects.add(isCells(row) ? this.#named(row) : row, line, reason);
  }

  #named(cells: readonly string[]): Row {
    return Object.fromEntries(this.columns.map((column, index) => [column, cells[index]]));
  }
}

function isCells(row: Row): row is readonly string[] {
  return Array.isArray(row);
}

import type { Node } from 'libpg-query';
import type { Column, Columns } from './columns.js';
import type { Output, Scope } from './scope.js';

/** A statement under analysis, as its parts see it: where they note what they find. */
export interface Statement {
  readonly columns: Columns;
  /** Notes that something reads these outputs, which are of relations in its scope. */
  noteReads: (outputs: readonly Output[]) => void;
  noteTable: (table: string) => void;
  noteWrite: (column: Column) => void;
  /** Analyses a query within the statement, such as a subselect; gives what its rows have. */
  query: (node: Node, around: Scope) => readonly Output[];
}

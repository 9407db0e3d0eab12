import type { Node } from 'libpg-query';
import { parseSql } from '../../../database/structure/sql-parser.js';
import { useDelete, useInsert, useMerge, useUpdate } from './changes.js';
import type { Column, Columns } from './columns.js';
import { visit } from './expressions.js';
import { Scope, type Output } from './scope.js';
import { useSelect } from './select.js';
import type { Statement } from './statement.js';

/** What a statement does with tables. */
export interface StatementUse {
  /** Every table that it names. */
  tables: ReadonlySet<string>;
  /** The columns that it reads, each with the number of places where it does. */
  reads: ReadonlyMap<Column, number>;
  writes: ReadonlySet<Column>;
  /** What each row of its answer has. */
  outputs: readonly Output[];
}

/**
 * Tells what a statement reads and writes, by PostgreSQL's own grammar. Its parser must be loaded.
 *
 * @param text one statement, or several of which the last one answers
 * @param columns of the tables that are known; a column of another table counts as soon as it is named
 * @throws SqlError where PostgreSQL could not parse it
 */
export function useOfStatement(text: string, columns: Columns): StatementUse {
  const tables = new Set<string>();
  const reads = new Map<Column, number>();
  const writes = new Set<Column>();
  const statement: Statement = {
    columns,
    noteReads: (outputs) => {
      for (const column of outputs.flatMap((output) => [...output.reads])) {
        reads.set(column, (reads.get(column) ?? 0) + 1);
      }
    },
    noteTable: (table) => tables.add(table),
    noteWrite: (column) => writes.add(column),
    query: (node, around) => useOfNode(node, around, statement),
  };
  let outputs: readonly Output[] = [];
  for (const node of parseSql(text)) outputs = statement.query(node, new Scope(columns));
  return { tables, reads, writes, outputs };
}

function useOfNode(node: Node, around: Scope, statement: Statement): readonly Output[] {
  if ('SelectStmt' in node) return useSelect(node.SelectStmt, around, statement);
  if ('InsertStmt' in node) return useInsert(node.InsertStmt, around, statement);
  if ('UpdateStmt' in node) return useUpdate(node.UpdateStmt, around, statement);
  if ('DeleteStmt' in node) return useDelete(node.DeleteStmt, around, statement);
  if ('MergeStmt' in node) return useMerge(node.MergeStmt, around, statement);
  // Of others, such as LOCK or TRUNCATE, it matters which tables they name.
  visit(node, (kind, value) => {
    if (kind === 'RangeVar' || kind === 'relation')
      statement.noteTable((value as { relname?: string }).relname ?? '');
    return true;
  });
  return [];
}

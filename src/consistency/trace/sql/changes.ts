import type { DeleteStmt, InsertStmt, MergeStmt, Node, UpdateStmt, WithClause } from 'libpg-query';
import { noteEqual, readsOf } from './expressions.js';
import { addFrom, addTable, addWith } from './from-clause.js';
import { Scope, type Output, type Relation } from './scope.js';
import { outputsOf } from './select.js';
import type { Statement } from './statement.js';

/** Analyses an INSERT; gives what its RETURNING answers. */
export function useInsert(insert: InsertStmt, around: Scope, statement: Statement): readonly Output[] {
  const { cols, selectStmt, onConflictClause, returningClause } = insert;
  const scope = withClause(insert.withClause, around, statement);
  // What is inserted does not see the table that it goes into.
  const rows = selectStmt ? statement.query(selectStmt, scope) : [];
  const target = addTarget(insert, scope, statement);
  if (cols) noteWritten(cols, target, statement);
  else noteFirstWritten(rows.length, target, statement);
  if (onConflictClause) {
    const { infer, targetList, whereClause } = onConflictClause;
    // Names the row that could not be inserted: its values come from the statement and not from a table.
    scope.relations.push({ alias: 'excluded', outputs: [] });
    for (const node of infer?.indexElems ?? []) {
      if ('IndexElem' in node && node.IndexElem.name)
        statement.noteReads(scope.resolve([node.IndexElem.name]));
    }
    noteAssigned(targetList, target, scope, statement);
    readsOf([infer?.indexElems, infer?.whereClause, whereClause], scope, statement);
  }
  return outputsOf(returningClause?.exprs, scope, statement);
}

/** Analyses an UPDATE; gives what its RETURNING answers. */
export function useUpdate(update: UpdateStmt, around: Scope, statement: Statement): readonly Output[] {
  const scope = withClause(update.withClause, around, statement);
  const target = addTarget(update, scope, statement);
  addFrom(update.fromClause, scope, statement);
  noteAssigned(update.targetList, target, scope, statement);
  readsOf(update.whereClause, scope, statement);
  noteEqual(update.whereClause, scope);
  return outputsOf(update.returningClause?.exprs, scope, statement);
}

/** Analyses a DELETE; gives what its RETURNING answers. */
export function useDelete(statementNode: DeleteStmt, around: Scope, statement: Statement): readonly Output[] {
  const scope = withClause(statementNode.withClause, around, statement);
  addTarget(statementNode, scope, statement);
  addFrom(statementNode.usingClause, scope, statement);
  readsOf(statementNode.whereClause, scope, statement);
  noteEqual(statementNode.whereClause, scope);
  return outputsOf(statementNode.returningClause?.exprs, scope, statement);
}

/** Analyses a MERGE; gives what its RETURNING answers. */
export function useMerge(merge: MergeStmt, around: Scope, statement: Statement): readonly Output[] {
  const scope = withClause(merge.withClause, around, statement);
  const target = addTarget(merge, scope, statement);
  if (merge.sourceRelation) addFrom([merge.sourceRelation], scope, statement);
  readsOf(merge.joinCondition, scope, statement);
  for (const node of merge.mergeWhenClauses ?? []) {
    if (!('MergeWhenClause' in node)) continue;
    const { condition, targetList, values } = node.MergeWhenClause;
    noteAssigned(targetList, target, scope, statement);
    if (!targetList) noteFirstWritten(values?.length ?? 0, target, statement);
    readsOf([condition, values], scope, statement);
  }
  return outputsOf(merge.returningClause?.exprs, scope, statement);
}

function withClause(clause: WithClause | undefined, around: Scope, statement: Statement): Scope {
  const scope = new Scope(statement.columns, around);
  addWith(clause, scope, statement);
  return scope;
}

function addTarget({ relation }: Pick<UpdateStmt, 'relation'>, scope: Scope, statement: Statement): Relation {
  return addTable(relation ?? {}, scope, statement);
}

/** Notes the columns of a list such as SET has, and what their new values read. */
function noteAssigned(targets: Node[] = [], target: Relation, scope: Scope, statement: Statement): void {
  noteWritten(targets, target, statement);
  readsOf(targets, scope, statement);
}

function noteWritten(targets: Node[], { table = '' }: Relation, statement: Statement): void {
  for (const node of targets) {
    if ('ResTarget' in node) statement.noteWrite(statement.columns.get(table, node.ResTarget.name ?? ''));
  }
}

/** Values without a list of columns go into the first ones. */
function noteFirstWritten(count: number, { table = '' }: Relation, statement: Statement): void {
  const known = statement.columns.of(table) ?? [statement.columns.get(table, '*')];
  for (const column of known.slice(0, count)) statement.noteWrite(column);
}

import type { Node, ResTarget, SelectStmt } from 'libpg-query';
import { columnsOf, givenBy, noteEqual, passedBy, readsOf, strings } from './expressions.js';
import { addFrom, addWith } from './from-clause.js';
import { Scope, type Given, type Output } from './scope.js';
import type { Statement } from './statement.js';

/** Analyses a SELECT, VALUES or a union of them; gives what its rows have. */
export function useSelect(select: SelectStmt, around: Scope, statement: Statement): readonly Output[] {
  const scope = new Scope(statement.columns, around);
  addWith(select.withClause, scope, statement);
  const outputs = rowsOf(select, scope, statement);
  const { groupClause, sortClause, limitCount, limitOffset } = select;
  for (const item of [...(groupClause ?? []), ...(sortClause ?? [])]) {
    const named = outputNamed(item, outputs);
    if (named) statement.noteReads([named]);
    else readsOf(item, scope, statement);
  }
  readsOf([limitCount, limitOffset], scope, statement);
  return outputs;
}

/** What the items of a select list, or of RETURNING, give. */
export function outputsOf(targets: Node[] = [], scope: Scope, statement: Statement): Output[] {
  return targets.flatMap((target) => {
    if (!('ResTarget' in target)) return [];
    const { name, val } = target.ResTarget;
    if (val && 'ColumnRef' in val) {
      const outputs = columnsOf(val.ColumnRef, scope);
      statement.noteReads(outputs);
      if (outputs.length !== 1)
        return outputs.map((output) => ({ ...output, given: givenFor(output, scope) }));
    }
    return [outputOfTarget(name ?? nameOf(val), target.ResTarget, scope, statement)];
  });
}

function rowsOf(select: SelectStmt, scope: Scope, statement: Statement): readonly Output[] {
  const { larg, rarg, valuesLists } = select;
  if (larg && rarg) {
    const [left, right] = [larg, rarg].map((part) => statement.query({ SelectStmt: part }, scope));
    return (left ?? []).map((output, index) => merge(output, right?.[index]));
  }
  if (valuesLists) {
    const rows = valuesLists.map((row) => ('List' in row ? (row.List.items ?? []) : []));
    return (rows[0] ?? []).map((_, index) => {
      const cells = rows.map((row) => row[index]);
      const reads = readsOf(cells, scope, statement);
      const given = rows.length === 1 ? givenBy(cells[0], scope) : undefined;
      return { name: `column${index + 1}`, reads, passes: passedBy(cells, scope, statement), given };
    });
  }
  addFrom(select.fromClause, scope, statement);
  readsOf([select.whereClause, select.havingClause], scope, statement);
  noteEqual(select.whereClause, scope);
  readsOf([select.windowClause, select.distinctClause], scope, statement);
  return outputsOf(select.targetList, scope, statement);
}

function outputOfTarget(name: string, { val }: ResTarget, scope: Scope, statement: Statement): Output {
  const column = val && 'ColumnRef' in val ? columnsOf(val.ColumnRef, scope)[0] : undefined;
  const given = givenBy(val, scope) ?? (column && givenFor(column, scope));
  // A plain column has been noted already.
  if (column) return { ...column, name, given };
  return { name, reads: readsOf(val, scope, statement), passes: passedBy(val, scope, statement), given };
}

/** Where a column is known beforehand, since it is set equal to a given value. */
function givenFor({ passes, given }: Output, scope: Scope): Given | undefined {
  const [only] = passes;
  return given ?? (only && scope.equal.get(only));
}

/** A column of a union: it comes from either side, and what is known of one is not known of the other. */
function merge({ name, reads, passes }: Output, other: Output | undefined): Output {
  return {
    name,
    reads: new Set([...reads, ...(other?.reads ?? [])]),
    passes: new Set([...passes, ...(other?.passes ?? [])]),
  };
}

/** The output that an item of ORDER BY or GROUP BY names by its name or its number. */
function outputNamed(item: Node, outputs: readonly Output[]): Output | undefined {
  const node = 'SortBy' in item ? item.SortBy.node : item;
  if (node && 'A_Const' in node) return outputs[(node.A_Const.ival?.ival ?? 0) - 1];
  if (!node || !('ColumnRef' in node)) return undefined;
  const path = strings(node.ColumnRef.fields);
  return path.length === 1 ? outputs.find(({ name }) => name === path[0]) : undefined;
}

/** The name that PostgreSQL gives to an item without one. */
function nameOf(val: Node | undefined): string {
  if (!val) return '?column?';
  if ('ColumnRef' in val) return strings(val.ColumnRef.fields).at(-1) ?? '?column?';
  if ('FuncCall' in val) return strings(val.FuncCall.funcname).at(-1) ?? '?column?';
  if ('TypeCast' in val) {
    const inner = nameOf(val.TypeCast.arg);
    return inner === '?column?' ? (strings(val.TypeCast.typeName?.names).at(-1) ?? inner) : inner;
  }
  if ('CoalesceExpr' in val) return 'coalesce';
  return 'CaseExpr' in val ? 'case' : '?column?';
}

import type { A_Expr, ColumnRef, FuncCall, Node, SubLink } from 'libpg-query';
import type { Column } from './columns.js';
import type { Given, Output, Scope } from './scope.js';
import type { Statement } from './statement.js';

/** Functions whose result gives away no value of what they are called with. */
const GIVES_NOTHING_AWAY =
  /^(count|sum|avg|length|(char|character|octet|bit)_length|md5|sha\d+|digest|hmac|crypt|hash\w+|pg_column_size)$/;

const COMPARISON = /^([=<>!~]+\*?|@>|<@|\?[|&]?|@@|@\?)$/;

/** Notes every column that an expression, or a list of them, reads, wherever in it; gives them. */
export function readsOf(node: unknown, scope: Scope, statement: Statement): Set<Column> {
  const reads = new Set<Column>();
  visit(node, (kind, value) => {
    if (kind !== 'ColumnRef' && kind !== 'SubLink') return true;
    if (kind === 'ColumnRef') {
      const outputs = columnsOf(value as ColumnRef, scope);
      statement.noteReads(outputs);
      for (const output of outputs) addAll(reads, output.reads);
      return false;
    }
    const { testexpr, subselect } = value as SubLink;
    addAll(reads, readsOf(testexpr, scope, statement));
    if (subselect) for (const output of statement.query(subselect, scope)) addAll(reads, output.reads);
    return false;
  });
  return reads;
}

/** The columns whose value may come out of an expression. Unknown kinds of expression pass all of theirs. */
export function passedBy(node: unknown, scope: Scope, statement: Statement): Set<Column> {
  const passed = new Set<Column>();
  visit(node, (kind, value) => {
    switch (kind) {
      case 'ColumnRef':
        for (const output of columnsOf(value as ColumnRef, scope)) addAll(passed, output.passes);
        return false;
      case 'SubLink': {
        const { subLinkType, subselect } = value as SubLink;
        if (subselect && (subLinkType === 'EXPR_SUBLINK' || subLinkType === 'ARRAY_SUBLINK')) {
          for (const output of statement.query(subselect, scope)) addAll(passed, output.passes);
        }
        return false;
      }
      case 'FuncCall': {
        const { funcname, args, agg_order: order } = value as FuncCall;
        if (GIVES_NOTHING_AWAY.test(strings(funcname).at(-1) ?? '')) return false;
        addAll(passed, passedBy([args, order], scope, statement));
        return false;
      }
      case 'A_Expr':
        return !isComparison(value as A_Expr);
      case 'BoolExpr':
      case 'NullTest':
      case 'BooleanTest':
        return false;
      case 'CaseWhen':
        addAll(passed, passedBy((value as { result?: Node }).result, scope, statement));
        return false;
      default:
        return true;
    }
  });
  return passed;
}

/** Where an expression's value is known beforehand: a parameter, a constant, or what is set equal to one. */
export function givenBy(node: Node | undefined, scope: Scope): Given | undefined {
  if (!node) return undefined;
  if ('TypeCast' in node) return givenBy(node.TypeCast.arg, scope);
  if ('ParamRef' in node) return { parameter: node.ParamRef.number ?? 0, element: false };
  if ('A_Const' in node) {
    const { ival, fval, sval, boolval, isnull } = node.A_Const;
    if (isnull) return { constant: null };
    return {
      constant: sval?.sval ?? fval?.fval ?? (boolval ? (boolval.boolval ?? false) : (ival?.ival ?? 0)),
    };
  }
  if ('A_Indirection' in node) {
    const array = givenBy(node.A_Indirection.arg, scope);
    return array && 'parameter' in array ? { ...array, element: true } : undefined;
  }
  return 'ColumnRef' in node ? columnsOf(node.ColumnRef, scope)[0]?.given : undefined;
}

/** Notes which columns a condition sets equal to a given value, as `id = $1`, `id = ANY($1)` and `id IN (1)` do. */
export function noteEqual(condition: Node | undefined, scope: Scope): void {
  if (condition && 'BoolExpr' in condition && condition.BoolExpr.boolop === 'AND_EXPR') {
    for (const part of condition.BoolExpr.args ?? []) noteEqual(part, scope);
  }
  if (!condition || !('A_Expr' in condition)) return;
  const { kind, name, lexpr, rexpr } = condition.A_Expr;
  if (strings(name)[0] !== '=' || !rexpr || !lexpr || !('ColumnRef' in lexpr)) return;
  const list = kind === 'AEXPR_IN' && 'List' in rexpr ? (rexpr.List.items ?? []) : [];
  const isOneOf = list.length === 1;
  const given = givenBy(isOneOf ? list[0] : rexpr, scope);
  const [column] = columnsOf(lexpr.ColumnRef, scope)[0]?.passes ?? [];
  if (!given || !column) return;
  const isAny = kind === 'AEXPR_OP_ANY' && 'parameter' in given;
  if (kind === 'AEXPR_OP' || isOneOf || isAny)
    scope.equal.set(column, isAny ? { ...given, element: true } : given);
}

/** What a reference to a column, a whole row or all columns stands for. */
export function columnsOf({ fields = [] }: ColumnRef, scope: Scope): readonly Output[] {
  const path = strings(fields);
  if (!fields.some((field) => 'A_Star' in field)) return scope.resolve(path);
  const qualifier = path.at(-1);
  const relations = scope.relations.filter(({ alias }) => qualifier === undefined || alias === qualifier);
  return relations.flatMap((relation) => scope.wholeRow(relation));
}

/** The texts of a list of String nodes. */
export function strings(nodes: Node[] = []): string[] {
  return nodes.flatMap((node) => ('String' in node ? [node.String.sval ?? ''] : []));
}

function isComparison({ kind, name }: A_Expr): boolean {
  if (kind !== 'AEXPR_OP') return kind !== 'AEXPR_NULLIF';
  return COMPARISON.test(strings(name).at(-1) ?? '');
}

/** Goes through a parse tree; `enter` gets each node by its kind and tells whether to go into it. */
export function visit(tree: unknown, enter: (kind: string, node: unknown) => boolean): void {
  if (tree === null || typeof tree !== 'object') return;
  if (Array.isArray(tree)) for (const node of tree) visit(node, enter);
  else for (const [kind, node] of Object.entries(tree)) if (enter(kind, node)) visit(node, enter);
}

function addAll<T>(set: Set<T>, more: Iterable<T>): void {
  for (const one of more) set.add(one);
}

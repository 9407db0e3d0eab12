import type { Alias, JoinExpr, Node, RangeFunction, RangeVar, WithClause } from 'libpg-query';
import type { Column } from './columns.js';
import { readsOf, strings } from './expressions.js';
import { outputOf, type Output, type Relation, type Scope } from './scope.js';
import type { Statement } from './statement.js';

/** Adds what a FROM clause names to the scope, from left to right, as LATERAL sees it. */
export function addFrom(items: Node[] = [], scope: Scope, statement: Statement): void {
  for (const item of items) addItem(item, scope, statement);
}

/** Adds the queries of a WITH clause to the scope. */
export function addWith(clause: WithClause | undefined, scope: Scope, statement: Statement): void {
  for (const node of clause?.ctes ?? []) {
    if (!('CommonTableExpr' in node)) continue;
    const { ctename = '', ctequery, aliascolnames } = node.CommonTableExpr;
    if (!ctequery) continue;
    // A recursive query sees its own first part.
    const first = clause?.recursive && 'SelectStmt' in ctequery ? ctequery.SelectStmt.larg : undefined;
    if (first) scope.ctes.set(ctename, named(statement.query({ SelectStmt: first }, scope), aliascolnames));
    scope.ctes.set(ctename, named(statement.query(ctequery, scope), aliascolnames));
  }
}

/** A table, or a query of WITH, as a relation of the scope. */
export function addTable(range: RangeVar, scope: Scope, statement: Statement): Relation {
  const { relname = '', schemaname, alias } = range;
  const cte = schemaname === undefined ? scope.cte(relname) : undefined;
  if (cte) return add(scope, alias, cte, { alias: relname });
  if (isCatalogue(range)) {
    return add(scope, alias, [], { alias: relname, columnNamed: (name) => madeOf(name, new Set()) });
  }
  statement.noteTable(relname);
  const { columns } = statement;
  const known = columns.of(relname);
  const columnNamed = known ? undefined : (name: string) => outputOf(columns.get(relname, name));
  const outputs = known?.map((column) => outputOf(column)) ?? [];
  return add(scope, alias, outputs, { alias: relname, table: relname, columnNamed });
}

/** PostgreSQL's own tables are nobody's to check. */
function isCatalogue({ relname = '', schemaname }: RangeVar): boolean {
  return schemaname === undefined
    ? relname.startsWith('pg_')
    : schemaname === 'pg_catalog' || schemaname === 'information_schema';
}

function addItem(item: Node, scope: Scope, statement: Statement): void {
  if ('RangeVar' in item) addTable(item.RangeVar, scope, statement);
  else if ('JoinExpr' in item) addJoin(item.JoinExpr, scope, statement);
  else if ('RangeSubselect' in item) {
    const { subquery, alias } = item.RangeSubselect;
    add(scope, alias, subquery ? statement.query(subquery, scope) : []);
  } else if ('RangeFunction' in item) addFunction(item.RangeFunction, scope, statement);
  else if ('RangeTableSample' in item) {
    const { relation } = item.RangeTableSample;
    if (relation) addItem(relation, scope, statement);
  } else {
    // XMLTABLE and JSON_TABLE: what they give is made of all that they read.
    const alias = Object.values(item as Record<string, { alias?: Alias }>)[0]?.alias;
    const reads = readsOf(item, scope, statement);
    add(
      scope,
      alias,
      strings(alias?.colnames).map((name) => madeOf(name, reads)),
      { columnNamed: (name) => madeOf(name, reads) },
    );
  }
}

function addJoin(
  { larg, rarg, usingClause, quals, alias }: JoinExpr,
  scope: Scope,
  statement: Statement,
): void {
  const before = scope.relations.length;
  if (larg) addItem(larg, scope, statement);
  if (rarg) addItem(rarg, scope, statement);
  const joined = scope.relations.slice(before);
  for (const name of strings(usingClause)) {
    statement.noteReads(joined.flatMap(({ outputs }) => outputs.filter((output) => output.name === name)));
  }
  readsOf(quals, scope, statement);
  if (!alias) return;
  scope.relations.length = before;
  add(
    scope,
    alias,
    joined.flatMap((relation) => scope.wholeRow(relation)),
  );
}

/** A function in FROM: a row of it is made of all that it is called with. */
function addFunction(
  { functions, alias, coldeflist }: RangeFunction,
  scope: Scope,
  statement: Statement,
): void {
  const reads = readsOf(functions, scope, statement);
  const defined = (coldeflist ?? []).flatMap((node) =>
    'ColumnDef' in node ? [node.ColumnDef.colname ?? ''] : [],
  );
  const names = [...strings(alias?.colnames), ...defined];
  const outputs = names.map((name) => madeOf(name, reads));
  // A function that gives single values names its column as itself is named.
  if (names.length === 0 && alias?.aliasname) outputs.push(madeOf(alias.aliasname, reads));
  const columnNamed = names.length === 0 ? (name: string) => madeOf(name, reads) : undefined;
  add(scope, alias, outputs, { columnNamed });
}

function madeOf(name: string, reads: ReadonlySet<Column>): Output {
  return { name, reads, passes: reads };
}

function add(
  scope: Scope,
  alias: Alias | undefined,
  outputs: readonly Output[],
  unaliased: Partial<Relation> = {},
): Relation {
  const relation = {
    ...unaliased,
    alias: alias?.aliasname ?? unaliased.alias ?? '',
    outputs: named(outputs, alias?.colnames),
  };
  scope.relations.push(relation);
  return relation;
}

/** Outputs under the names of a column list, which may be shorter. */
function named(outputs: readonly Output[], names: Node[] | undefined): Output[] {
  const given = strings(names);
  return outputs.map((output, index) => ({ ...output, name: given[index] ?? output.name }));
}

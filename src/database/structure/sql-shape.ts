import type { Node } from 'libpg-query';
import { parseSql } from './sql-parser.js';

/** A type as PostgreSQL knows it, whatever it was called: varchar(32) and character varying(32) are one. */
export interface TypeShape {
  name: string;
  /** What stands in brackets, such as the length of a varchar; undefined without brackets. */
  size: string | undefined;
}

/** @param type as in CREATE TABLE, or as format_type() prints it */
export function typeShape(type: string): TypeShape {
  const [target] = selected(`SELECT NULL::${type}`);
  if (!target || !('TypeCast' in target)) throw new Error(`${type} is no type.`);
  const { names = [], typmods, arrayBounds } = target.TypeCast.typeName ?? {};
  const name = names.map(text).at(-1) ?? type;
  return {
    name: arrayBounds ? `${name}[]` : name,
    size: typmods && shape(typmods),
  };
}

/** Whether two expressions mean the same, as far as PostgreSQL rewrites what it is given: casts, IN, brackets, case. */
export function sameExpression(one: string, other: string): boolean {
  return shape(selected(`SELECT ${one}`)) === shape(selected(`SELECT ${other}`));
}

/**
 * Whether two statements define the same index or trigger, whatever its name and the schemas in it.
 *
 * @param one CREATE INDEX or CREATE TRIGGER
 */
export function sameDefinition(one: string, other: string): boolean {
  return definitionShape(one) === definitionShape(other);
}

function definitionShape(statement: string): string {
  return shape(parseSql(statement)[0], new Set(['idxname', 'trigname', 'concurrent', 'if_not_exists']));
}

function selected(statement: string): Node[] {
  const [node] = parseSql(statement);
  if (!node || !('SelectStmt' in node)) return [];
  return (node.SelectStmt.targetList ?? []).flatMap((target) =>
    'ResTarget' in target && target.ResTarget.val ? [target.ResTarget.val] : [],
  );
}

/** The tree as text, without what the same thing may be written with or without. */
function shape(tree: unknown, ignored: ReadonlySet<string> = new Set()): string {
  return JSON.stringify(tree, function (key, value: unknown) {
    if (key === 'location' || key === 'schemaname' || key === 'replace' || ignored.has(key)) return undefined;
    return typeof value === 'object' && value !== null ? plain(value as Record<string, unknown>) : value;
  });
}

/** One spelling for what PostgreSQL prints in another way than it was given. */
function plain(node: Record<string, unknown>): unknown {
  const [kind, content] = Object.entries(node)[0] ?? [];
  const inner = content as Record<string, unknown>;
  switch (kind) {
    // 'success'::text is 'success', and 200::integer is 200
    case 'TypeCast':
      return plain(inner['arg'] as Record<string, unknown>);
    case 'FuncCall': {
      const name = text((inner['funcname'] as Node[]).at(-1));
      if (name === 'now') return { CURRENT_TIMESTAMP: true };
      return { call: name, args: inner['args'] };
    }
    case 'SQLValueFunction':
      return inner['op'] === 'SVFOP_CURRENT_TIMESTAMP' ? { CURRENT_TIMESTAMP: true } : node;
    case 'A_Expr':
      // status IN ('a', 'b') is printed as status = ANY (ARRAY['a', 'b'])
      if (inner['kind'] === 'AEXPR_IN' && text((inner['name'] as Node[]).at(-1)) === '=') {
        const { items } = (inner['rexpr'] as { List: { items: unknown } }).List;
        return { any: inner['lexpr'], of: items };
      }
      if (inner['kind'] === 'AEXPR_OP_ANY') {
        const array = plain(inner['rexpr'] as Record<string, unknown>) as {
          A_ArrayExpr?: { elements: unknown };
        };
        if (array.A_ArrayExpr) return { any: inner['lexpr'], of: array.A_ArrayExpr.elements };
      }
      return node;
    default:
      return node;
  }
}

function text(node: Node | undefined): string {
  return node && 'String' in node ? (node.String.sval ?? '') : '';
}

import {
  getNamedType,
  isInputObjectType,
  isObjectType,
  type GraphQLInputField,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql';
import type { Column, Columns } from './sql/columns.js';
import type { FieldUses } from './field-uses.js';
import { objectTypesOf } from './operations.js';

/** The fields that use a column, as sorted paths such as `CallLog.tokensUsed` or `Mutation.recordCallLog`. */
export interface ColumnUse {
  /** Fields that read it, among them input fields that compare it. */
  readBy: string[];
  writtenBy: string[];
  /** Fields that hand out its value, whole or, where a statement cuts it, in part. */
  servedBy: string[];
}

/** The columns of one table that a field of Query or Mutation uses, with everything that can be selected below it. */
export interface RootUse {
  /** Such as `Query.callLogs`. */
  field: string;
  reads: string[];
  writes: string[];
}

type AnyField = GraphQLField<unknown, unknown> | GraphQLInputField;

/** How the API uses a table. */
export interface TableUse {
  roots: RootUse[];
  /** Every column of the entity, and any other that a statement names. */
  columns: Map<string, ColumnUse>;
}

/**
 * Puts the uses of fields together by table.
 *
 * @param roots what operations that begin with a field of Query or Mutation did
 */
export function tablesOf(
  schema: GraphQLSchema,
  columns: Columns,
  uses: FieldUses,
  roots: FieldUses,
): Map<string, TableUse> {
  const tables = new Map<string, TableUse>();
  const tableOf = (name: string) => {
    const table = tables.get(name) ?? newTable(name, columns);
    tables.set(name, table);
    return table;
  };
  for (const name of columns.tables) tableOf(name);
  for (const [field, use] of uses) {
    for (const column of new Set([...use.reads, ...use.shows]))
      columnOf(tableOf(column.table), column).readBy.push(field);
    for (const column of use.writes) columnOf(tableOf(column.table), column).writtenBy.push(field);
    for (const column of use.serves) columnOf(tableOf(column.table), column).servedBy.push(field);
  }
  for (const [field, own] of roots) {
    const all = [own, ...fieldsBelow(schema, field).map((below) => uses.of(below))];
    const names = all.flatMap((use) => [...use.tables, ...[...use.reads].map(({ table }) => table)]);
    for (const name of new Set(names)) {
      tableOf(name).roots.push({
        field,
        reads: namesOf(
          all.flatMap(({ reads }) => [...reads]),
          name,
        ),
        writes: namesOf(
          all.flatMap(({ writes }) => [...writes]),
          name,
        ),
      });
    }
  }
  for (const table of tables.values()) sort(table);
  return tables;
}

/** A field of Query or Mutation with every field that can be selected below it, and every input field of those. */
function fieldsBelow(schema: GraphQLSchema, root: string): string[] {
  const fields: string[] = [];
  const entered = new Set<GraphQLNamedType>();
  const enter = (type: GraphQLNamedType) => {
    if (entered.has(type)) return;
    entered.add(type);
    if (isObjectType(type) || isInputObjectType(type)) {
      for (const field of Object.values<AnyField>(type.getFields())) enterField(type.name, field);
    }
    for (const part of objectTypesOf(schema, type)) enter(part);
  };
  const enterField = (type: string, field: AnyField) => {
    fields.push(`${type}.${field.name}`);
    enter(getNamedType(field.type));
    if ('args' in field) for (const argument of field.args) enter(getNamedType(argument.type));
  };
  const [typeName = '', fieldName = ''] = root.split('.');
  const type = schema.getType(typeName);
  const field: AnyField | undefined = isObjectType(type) ? type.getFields()[fieldName] : undefined;
  if (field) enterField(typeName, field);
  return fields;
}

function newTable(name: string, columns: Columns): TableUse {
  const table: TableUse = { roots: [], columns: new Map() };
  for (const column of columns.of(name) ?? []) columnOf(table, column);
  return table;
}

function columnOf({ columns }: TableUse, { name }: Column): ColumnUse {
  const use = columns.get(name) ?? { readBy: [], writtenBy: [], servedBy: [] };
  columns.set(name, use);
  return use;
}

/** The names of those of the columns that are of one table. */
function namesOf(columns: readonly Column[], table: string): string[] {
  return [...new Set(columns.filter((column) => column.table === table).map(({ name }) => name))].sort();
}

function sort({ roots, columns }: TableUse): void {
  roots.sort((one, other) => (one.field < other.field ? -1 : 1));
  for (const { readBy, writtenBy, servedBy } of columns.values()) {
    for (const fields of [readBy, writtenBy, servedBy]) fields.sort();
  }
}

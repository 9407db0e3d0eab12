import {
  getNamedType,
  isInputObjectType,
  isObjectType,
  type GraphQLInputField,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql';
import type { ColumnUse, TableUse } from '../api-use.js';
import type { FieldUses } from './field-uses.js';
import { objectTypesOf } from './operations.js';
import type { Column, Columns } from './sql/columns.js';

type AnyField = GraphQLField<unknown, unknown> | GraphQLInputField;

/**
 * Puts the uses of fields together by table; all is sorted by name.
 *
 * @param roots what operations that begin with a field of Query or Mutation did
 */
export function usesByTable(
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
  return sortedByName(tables, sortedTable);
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
  const table: TableUse = { columns: new Map(), roots: [] };
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

function sortedTable({ columns, roots }: TableUse): TableUse {
  return {
    columns: sortedByName(columns, ({ readBy, writtenBy, servedBy }) => ({
      readBy: readBy.sort(),
      writtenBy: writtenBy.sort(),
      servedBy: servedBy.sort(),
    })),
    roots: roots.sort((one, other) => (one.field < other.field ? -1 : 1)),
  };
}

function sortedByName<T>(named: ReadonlyMap<string, T>, sort: (one: T) => T): Map<string, T> {
  const entries = [...named].sort(([one], [other]) => (one < other ? -1 : 1));
  return new Map(entries.map(([name, one]) => [name, sort(one)]));
}

import { isNonNullType, isObjectType, type GraphQLSchema } from 'graphql';
import { DEPRECATED_TABLES } from '../database/migrating/deprecated-tables.js';
import type { ExpectedTable } from '../database/structure/entity-tables.js';
import { Risk, type Finding } from '../database/structure/finding.js';
import type { ApiUse } from './api-use.js';
import { fieldsMeantToServe } from '../graphql/serves-secret.js';

/** The findings about entities and the API that do not agree. */
export function apiFindings(
  expected: readonly ExpectedTable[],
  schema: GraphQLSchema,
  use: ApiUse,
): Finding[] {
  return [
    ...expected.flatMap((table) => [...servedSecrets(table, schema, use), ...nullFields(table, schema)]),
    ...use.fieldsWithoutColumn.map((field) => fieldWithoutProperty(field, expected)),
    ...usedDeprecated(expected, use),
    ...tablesWithoutEntity(expected, use),
    ...use.unparsed.map(({ field }) => unreadable(field)),
  ];
}

function servedSecrets(table: ExpectedTable, schema: GraphQLSchema, use: ApiUse): Finding[] {
  return table.columns
    .filter(({ secret }) => secret)
    .flatMap(({ name }) => {
      const fields = use.tables.get(table.name)?.columns.get(name)?.servedBy ?? [];
      const meant = new Set(fieldsMeantToServe(schema, table.name, name));
      return fields
        .filter((field) => !meant.has(field))
        .map((field) => ({
          kind: 'SECRET_SERVED',
          risk: Risk.HIGH,
          table: table.name,
          column: name,
          problem: `The field ${field} gives out ${table.name}.${name}, which is a secret.`,
          effect: 'Every caller who may select the field gets the secret.',
          advice:
            'Take the field out of the schema, or let it give a hint or a fingerprint instead. A field that is meant to give it out declares this with @Extensions(servesSecret(…)).',
        }));
    });
}

/** A field that cannot be null, on a column that can. */
function nullFields(table: ExpectedTable, schema: GraphQLSchema): Finding[] {
  const type = schema.getType(table.entity);
  if (!isObjectType(type)) return [];
  const fields = type.getFields();
  return table.columns
    .filter(({ property, nullable, preset }) => {
      const field = fields[property];
      return field && isNonNullType(field.type) && nullable && preset === null;
    })
    .map(({ name, property }) => ({
      kind: 'FIELD_NULLABILITY',
      risk: Risk.MEDIUM,
      table: table.name,
      column: name,
      problem: `The field ${table.entity}.${property} is never null, but the column ${table.name}.${name} may be.`,
      effect: 'A row without a value gives an error.',
      advice: 'Make the field nullable.',
    }));
}

function fieldWithoutProperty(field: string, expected: readonly ExpectedTable[]): Finding {
  const [type] = field.split('.');
  return {
    kind: 'FIELD_WITHOUT_PROPERTY',
    risk: Risk.MEDIUM,
    table: expected.find(({ entity }) => entity === type)?.name ?? null,
    column: null,
    problem: `The field ${field} stands for no property and reads nothing.`,
    effect: 'It is always null, or gives an error.',
    advice: 'Give the entity a property of that name, or take the field out of the schema.',
  };
}

function usedDeprecated(expected: readonly ExpectedTable[], use: ApiUse): Finding[] {
  return DEPRECATED_TABLES.flatMap(({ name }) => {
    const entities = expected.filter((table) => table.name === name).map(({ entity }) => entity);
    const fields = use.tables.get(name)?.roots.map(({ field }) => field) ?? [];
    const relations = expected
      .filter(({ foreignKeys }) => foreignKeys.some(({ table }) => table === name))
      .map(({ entity }) => entity);
    const users = [...new Set([...entities, ...relations, ...fields])];
    if (users.length === 0) return [];
    return [
      {
        kind: 'TABLE_DEPRECATED_BUT_USED',
        risk: Risk.MEDIUM,
        table: name,
        column: null,
        problem: `${users.join(', ')} ${users.length === 1 ? 'uses' : 'use'} ${name}, which is deprecated.`,
        effect: 'It breaks when the table is dropped, which may happen at any time.',
        advice: 'Remove this use, or take the table off the list of deprecated tables.',
      },
    ];
  });
}

function tablesWithoutEntity(expected: readonly ExpectedTable[], use: ApiUse): Finding[] {
  const known = new Set([...expected, ...DEPRECATED_TABLES].map(({ name }) => name));
  return [...use.tables]
    .filter(([name]) => !known.has(name))
    .map(([name, { roots }]) => ({
      kind: 'TABLE_WITHOUT_ENTITY',
      risk: Risk.MEDIUM,
      table: name,
      column: null,
      problem: `${roots.map(({ field }) => field).join(', ')} uses ${name}, which has no entity.`,
      effect: 'This check cannot compare the table, and changes to it go unnoticed.',
      advice: 'Make an entity for it.',
    }));
}

function unreadable(field: string): Finding {
  return {
    kind: 'STATEMENT_UNREADABLE',
    risk: Risk.LOW,
    table: null,
    column: null,
    problem: `A statement that ${field} sends could not be read.`,
    effect: 'This report does not cover what it does to the tables.',
    advice: 'Write it so that the parser of PostgreSQL 18 reads it.',
  };
}
